# Runs of which the step has a match go on in the new version. A wait under way keeps its end; keys are not used again.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event cart { id text  value number }
message first on email { topic marketing  subject "a"  body "b" }
message second on email { topic marketing  subject "a"  body "b" }

--- one
journey remind {
  enter on cart
  one run per cart.id
  send first
  pause: wait 1 day
  send second
  wait 3 days
}
--- two
moved journey chase from remind
journey chase {
  moved rest from pause
  enter on cart
  one run per cart.id
  set customer.level = 1
  send second
  rest: wait 2 days
  if cart.value > 5 { send first }
  send second
}
--- story
$ cart id=a value=9
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @send-first send first sent
  key 1.0.1
  03-02 10:00 remind#1 @send-first send_result first
  03-02 10:00 remind#1 @pause wait until 03-03 10:00
$ after 1 h
$ cart id=b value=1
  03-02 11:00 event cart
  03-02 11:00 remind#2 enter [0]
  03-02 11:00 remind#2 @send-first send first sent
  key 2.0.1
  03-02 11:00 remind#2 @send-first send_result first
  03-02 11:00 remind#2 @pause wait until 03-03 11:00
$ accept off
$ cart id=c value=1
  03-02 11:00 event cart
  03-02 11:00 remind#3 enter [0]
  03-02 11:00 remind#3 @send-first send first sent
  key 3.0.1
$ accept on
$ preview two
  remind#1 Kept(NotAsked)
  remind#2 Kept(NotAsked)
  remind#3 Kept(NotAsked)
$ deploy two move remind
  remind#1 Moved
  remind#2 Moved
  remind#3 Kept(Answer)
$ journeys
  chase 7 (present)
  chase 5 (former)
$ answer
  03-02 11:00 chase#3(former) @send-first send_result first
  03-02 11:00 chase#3(former) @pause wait until 03-03 11:00
$ runs
  chase#1 at rest until 03-03 10:00
  chase#2 at rest until 03-03 11:00
  chase#3 (former) at pause until 03-03 11:00
$ cart id=d value=1
  03-02 11:00 event cart
  03-02 11:00 chase#4 enter [0]
  03-02 11:00 chase#4 @set-level set level=1
  03-02 11:00 chase#4 @send-second send second sent
  key 4.1.1
  03-02 11:00 chase#4 @send-second send_result second
  03-02 11:00 chase#4 @rest wait until 03-04 11:00
$ cart id=a value=1
  03-02 11:00 event cart
  03-02 11:00 chase not_entered already_running [0]
$ after 1 d
  03-03 10:00 chase#1 @rest wait_over time_up
  03-03 10:00 chase#1 @if branch [0]
  03-03 10:00 chase#1 @if/send-first send first sent
  key 1.4.2
  03-03 10:00 chase#1 @if/send-first send_result first
  03-03 10:00 chase#1 @send-second-2 send second sent
  key 1.5.2
  03-03 10:00 chase#1 @send-second-2 send_result second
  03-03 10:00 chase#1 @end exit completed
  03-03 11:00 chase#2 @rest wait_over time_up
  03-03 11:00 chase#2 @if branch [1]
  03-03 11:00 chase#2 @send-second-2 send second sent
  key 2.5.2
  03-03 11:00 chase#3(former) @pause wait_over time_up
  03-03 11:00 chase#3(former) @send-second send second sent
  key 3.2.1
  03-03 11:00 chase#2 @send-second-2 send_result second
  03-03 11:00 chase#2 @end exit completed
  03-03 11:00 chase#3(former) @send-second send_result second
  03-03 11:00 chase#3(former) @wait wait until 03-06 11:00
$ after 5 d
  03-04 11:00 chase#4 @rest wait_over time_up
  03-04 11:00 chase#4 @if branch [1]
  03-04 11:00 chase#4 @send-second-2 send second sent
  key 4.5.1
  03-04 11:00 chase#4 @send-second-2 send_result second
  03-04 11:00 chase#4 @end exit completed
  03-06 11:00 chase#3(former) @wait wait_over time_up
  03-06 11:00 chase#3(former) @end exit completed
