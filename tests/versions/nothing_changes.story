# A deploy of texts whose journeys did not change leaves the runs as they are, whatever is declared around them.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

message reminder on email { topic marketing  subject "a"  body "b" }

--- one
event cart { id text  value number  kind one of small, big }
event order { id text }
journey remind {
  enter on cart
  wait up to 1 day {
    on cart as cart where kind is small { wait again }
    on order { exit "ordered" }
    otherwise { }
  }
  set customer.level = cart.value
  if cart.kind is small { send reminder }
}
--- two
event noise { a text }
event order { total number = 0  id text }
event cart { kind one of large, big, small  note? text  value number  id text }
message other on email { topic marketing  subject "a"  body "b" }
journey another { enter on noise  wait 1 day }
journey remind {
  enter on cart
  wait up to 1 day {
    on cart as cart where kind is small { wait again }
    on order { exit "ordered" }
    otherwise { }
  }
  set customer.level = cart.value
  if cart.kind is small { send reminder }
}
--- story
$ cart id=a value=3 kind=small
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
$ after 1 h
$ deploy two
  remind#1 Unchanged
$ journeys
  another 2 (present)
  remind 7 (present)
$ after 1 d
  03-03 10:00 remind#1 @wait wait_over time_up
  03-03 10:00 remind#1 @set-level set level=3
  03-03 10:00 remind#1 @if branch [0]
  03-03 10:00 remind#1 @if/send-reminder send reminder sent
  key 1.5.1
  03-03 10:00 remind#1 @if/send-reminder send_result reminder
  03-03 10:00 remind#1 @end exit completed
$ cart id=a value=3 kind=big
  03-03 11:00 event cart
  03-03 11:00 remind#2 enter [0]
  03-03 11:00 remind#2 @wait wait until 03-04 11:00
$ after 1 h
$ deploy one
  remind#2 Unchanged
$ cart id=a value=7 kind=small
  03-03 12:00 event cart
  03-03 12:00 remind#2 @wait wait_over [0]
  03-03 12:00 remind#2 @wait wait until 03-04 12:00
  03-03 12:00 remind not_entered already_running [0]
$ after 1 h
$ deploy two
  remind#2 Unchanged
$ order id=x
  03-03 13:00 event order
  03-03 13:00 remind#2 @wait wait_over [1]
  03-03 13:00 remind#2 @on-order/exit exit exit_step
