# `stop`, one run, re-entry, goals, rules and pauses mean all versions of a journey.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event cart { id text }
event order { id text }
event halt { why text }
message first on email { topic marketing  subject "a"  body "b" }
suppress once { for journey remind  at most 1 in any 9 days  else drop }
journey halting { enter on halt  stop remind }

--- one
journey remind {
  enter on cart
  one run per cart.id, again after 3 days
  goal order where order.id is cart.id within 20 days
  wait 1 day
  send first
  wait 10 days
}
--- two
journey remind {
  enter on cart
  one run per cart.id, again after 3 days
  goal order where order.id is cart.id within 20 days
  wait 1 day
  send first
  wait 9 days
}
--- story
$ cart id=a
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
$ after 25 h
  03-03 10:00 remind#1 @wait wait_over time_up
  03-03 10:00 remind#1 @send-first send first sent
  key 1.1.1
  03-03 10:00 remind#1 @send-first send_result first
  03-03 10:00 remind#1 @wait-2 wait until 03-13 10:00
$ deploy two
  remind#1 Kept(NotAsked)
$ cart id=a
  03-03 11:00 event cart
  03-03 11:00 remind not_entered already_running [0]
$ cart id=b
  03-03 11:00 event cart
  03-03 11:00 remind#2 enter [0]
  03-03 11:00 remind#2 @wait wait until 03-04 11:00
$ after 25 h
  03-04 11:00 remind#2 @wait wait_over time_up
  03-04 11:00 remind#2 @send-first send first dropped capped by once
  03-04 11:00 remind#2 @wait-2 wait until 03-13 11:00
$ pause remind
$ after 15 d
$ resume remind
  03-19 12:00 remind#1(former) @wait-2 wait_over time_up
  03-19 12:00 remind#1(former) @end exit completed
  03-19 12:00 remind#2 @wait-2 wait_over time_up
  03-19 12:00 remind#2 @end exit completed
$ order id=a
  03-19 12:00 event order
  03-19 12:00 remind#1(former) goal [0]
$ cart id=c
  03-19 12:00 event cart
  03-19 12:00 remind#3 enter [0]
  03-19 12:00 remind#3 @wait wait until 03-20 12:00
$ deploy one
  remind#3 Kept(NotAsked)
$ halt why=x
  03-19 12:00 event halt
  03-19 12:00 halting#4 enter [0]
  03-19 12:00 halting#4 @stop-remind journey remind
  03-19 12:00 remind#3(former) @wait exit stopped
  03-19 12:00 halting#4 @end exit completed
$ cart id=c
  03-19 12:00 event cart
  03-19 12:00 remind not_entered again_too_soon [0]
$ order id=b
  03-19 12:00 event order
  03-19 12:00 remind#2(former) goal [0]
