# A run keeps the version of the journey it began with; who enters later gets the new one. Messages are the present ones.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event cart { id text  value number }
event order { id text }
message reminder(cart: cart) on email { topic marketing  subject "a"  body "{{ cart.value }}" }

--- one
journey remind {
  enter on cart
  one run per cart.id
  leave on order where order.id is cart.id
  wait 1 day
  send reminder(cart)
}
--- two
journey remind {
  enter on cart
  one run per cart.id
  leave on order where order.id is cart.id
  wait 2 hours
  if cart.value > 5 { send reminder(cart) }
  wait 1 hour
}
--- story
$ cart id=a value=3
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
$ cart id=b value=4
  03-02 10:00 event cart
  03-02 10:00 remind#2 enter [0]
  03-02 10:00 remind#2 @wait wait until 03-03 10:00
$ after 1 h
$ deploy two
  remind#1 Kept(NotAsked)
  remind#2 Kept(NotAsked)
$ journeys
  remind 5 (present)
  remind 3 (former)
$ cart id=c value=9
  03-02 11:00 event cart
  03-02 11:00 remind#3 enter [0]
  03-02 11:00 remind#3 @wait wait until 03-02 13:00
$ cart id=a value=9
  03-02 11:00 event cart
  03-02 11:00 remind not_entered already_running [0]
$ after 2 h
  03-02 13:00 remind#3 @wait wait_over time_up
  03-02 13:00 remind#3 @if branch [0]
  03-02 13:00 remind#3 @if/send-reminder send reminder sent
  key 3.2.1
  03-02 13:00 remind#3 @if/send-reminder send_result reminder
  03-02 13:00 remind#3 @wait-2 wait until 03-02 14:00
$ order id=b
  03-02 13:00 event order
  03-02 13:00 remind#2(former) @wait exit leave_rule [0]
$ after 2 d
  03-02 14:00 remind#3 @wait-2 wait_over time_up
  03-02 14:00 remind#3 @end exit completed
  03-03 10:00 remind#1(former) @wait wait_over time_up
  03-03 10:00 remind#1(former) @send-reminder send reminder sent
  key 1.1.1
  03-03 10:00 remind#1(former) @send-reminder send_result reminder
  03-03 10:00 remind#1(former) @end exit completed
$ deploy two
$ journeys
  remind 5 (present)
  remind 3 (former)
