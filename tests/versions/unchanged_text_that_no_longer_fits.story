# The text of the journey is the same, but what its runs hold would have another type. They can be stopped.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event go { id text }

--- one
event cart { id text  note number }
journey remind { enter on cart  wait 1 day  emit go { id: cart.id } }
--- two
event cart { id text  note text }
journey remind { enter on cart  wait 1 day  emit go { id: cart.id } }
--- story
$ cart id=a note=1
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
$ deploy two
  runs of journey remind (version 5033df1e9bb1) need what runs hold as cart: it has another type now; keep its type, or give the new one another name, or stop the runs that cannot be moved
$ deploy two stop remind
  remind#1 Stopped
  03-02 10:00 remind#1 @wait exit stopped
$ cart id=b note=x
  03-02 10:00 event cart
  03-02 10:00 remind#2 enter [0]
  03-02 10:00 remind#2 @wait wait until 03-03 10:00
$ after 2 d
  03-03 10:00 remind#2 @wait wait_over time_up
  03-03 10:00 remind#2 @emit-go emit go
  03-03 10:00 remind#2 @end exit completed
  03-03 10:00 event go
$ deploy one
