# Runs of a journey that is gone end as they would have; what they need and nobody else declares is carried over.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event cart { id text }
event order { id text }

--- one
message first on email { topic marketing  subject "a"  body "b" }
message second on email { topic marketing  subject "a"  body "b" }
segment keen: any cart in last 2 days
journey help { enter by hand  wait 1 hour }
journey remind {
  enter on cart
  goal order within 9 days
  wait 1 day
  if customer in keen { send first }
  start help
  stop help
}
journey plain { enter on order  send second }
--- two
journey another { enter on order  wait 1 day }
--- story
$ order id=x
  03-02 10:00 event order
  03-02 10:00 plain#1 enter [0]
  03-02 10:00 plain#1 @send-second send second sent
  key 1.0.1
  03-02 10:00 plain#1 @send-second send_result second
  03-02 10:00 plain#1 @end exit completed
$ cart id=a
  03-02 10:00 event cart
  03-02 10:00 remind#2 enter [0]
  03-02 10:00 remind#2 @wait wait until 03-03 10:00
$ after 1 h
$ deploy two
  remind#2 Kept(JourneyGone)
$ journeys
  another 2 (present)
  help 2 (former)
  remind 6 (former)
  plain 2 (former)
$ cart id=a
  03-02 11:00 event cart
$ after 1 d
  03-03 10:00 remind#2(former) @wait wait_over time_up
  03-03 10:00 remind#2(former) @if branch [0]
  03-03 10:00 remind#2(former) @if/send-first send first sent
  key 2.2.1
  03-03 10:00 remind#2(former) @if/send-first send_result first
  03-03 10:00 remind#2(former) @start-help journey help
  03-03 10:00 remind#2(former) @stop-help journey help
  03-03 10:00 remind#2(former) @end exit completed
  03-03 10:00 help(former) not_entered stale
$ react unsubscribed
  03-03 11:00 remind#2(former) @if/send-first reaction first unsubscribed
$ order id=a
  03-03 11:00 event order
  03-03 11:00 remind#2(former) goal [0]
  03-03 11:00 another#3 enter [0]
  03-03 11:00 another#3 @wait wait until 03-04 11:00
$ after 20 d
  03-04 11:00 another#3 @wait wait_over time_up
  03-04 11:00 another#3 @end exit completed
$ deploy two
$ journeys
  another 2 (present)
  remind 6 (former)
  plain 2 (former)
