# A run is moved only to a step where it holds what is needed from there on.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event cart { id text  value number }
event order { id text  total number }
message first on email { topic marketing  subject "a"  body "b" }

--- one
journey remind {
  enter on cart as basket
  wait 1 day
  send first
  later: wait 1 day
}
journey other {
  enter on cart
  here: wait 1 day
}
--- two
journey remind {
  enter on cart as cart
  wait 1 day
  if cart.value > 2 { send first }
  later: wait 1 day
}
journey other {
  enter on cart
  here: send first
}
--- story
$ cart id=a value=9
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
  03-02 10:00 other#2 enter [0]
  03-02 10:00 other#2 @here wait until 03-03 10:00
$ preview two move remind
  remind#1 Kept(Unbound("cart"))
  other#2 Kept(NotAsked)
$ after 25 h
  03-03 10:00 remind#1 @wait wait_over time_up
  03-03 10:00 remind#1 @send-first send first sent
  key 1.1.1
  03-03 10:00 other#2 @here wait_over time_up
  03-03 10:00 other#2 @end exit completed
  03-03 10:00 remind#1 @send-first send_result first
  03-03 10:00 remind#1 @later wait until 03-04 10:00
$ cart id=b value=9
  03-03 11:00 event cart
  03-03 11:00 remind not_entered already_running [0]
  03-03 11:00 other#3 enter [0]
  03-03 11:00 other#3 @here wait until 03-04 11:00
$ preview two move remind
  remind#1 Moved
  other#3 Kept(NotAsked)
$ preview two move-else-stop remind stop other
  remind#1 Moved
  other#3 Stopped
$ deploy two move-else-stop remind move other
  remind#1 Moved
  other#3 Kept(OtherStep("here"))
$ runs
  remind#1 at later until 03-04 10:00
  other#3 (former) at here until 03-04 11:00
$ after 3 d
  03-04 10:00 remind#1 @later wait_over time_up
  03-04 10:00 remind#1 @end exit completed
  03-04 11:00 other#3(former) @here wait_over time_up
  03-04 11:00 other#3(former) @end exit completed
