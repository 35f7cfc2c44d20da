# Gatherings, held messages, loops, chosen arms and goals go along, in the former version and when they are moved.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event order { id text }
event go { id text }
message first on email { topic marketing  subject "a"  body "b" }

--- one
event visit { n number  place text }
suppress hours { for everything  during 00:00 to 23:59  else hold up to 9 days }
journey gathers {
  enter on go
  collect visit where place is "x" for 1 day as seen
  set customer.level = count of seen where n > 1
}
journey holds { enter on go  send first  wait 1 minute }
journey loops {
  enter on go
  goal order within 9 days
  repeat up to 3 times every 1 day { set customer.level = customer.level + 10 }
}
journey goals { enter on go  goal order within 9 days  wait 1 hour }
--- two
event visit { place text  more? text  n number }
suppress hours { for everything  during 00:00 to 23:59  else hold up to 8 days }
journey gathers {
  enter on go
  collect visit where place is "x" for 2 days as seen
  set customer.level = sum of seen.n
}
journey holds { enter on go  send first  wait 2 minutes }
journey loops {
  enter on go
  goal order within 9 days
  wait 1 day
  repeat up to 3 times every 1 day { set customer.level = customer.level + 100 }
}
journey goals { enter on go  goal order within 9 days  wait 2 hours }
--- story
$ go id=x
  03-02 10:00 event go
  03-02 10:00 gathers#1 enter [0]
  03-02 10:00 gathers#1 @collect-visit wait until 03-03 10:00
  03-02 10:00 holds#2 enter [0]
  03-02 10:00 holds#2 @send-first send first held suppressed by hours until 03-02 23:59
  03-02 10:00 loops#3 enter [0]
  03-02 10:00 loops#3 @repeat branch [0]
  03-02 10:00 loops#3 @repeat/set-level set level=10
  03-02 10:00 loops#3 @repeat wait until 03-03 10:00
  03-02 10:00 goals#4 enter [0]
  03-02 10:00 goals#4 @wait wait until 03-02 11:00
$ after 90 min
  03-02 11:00 goals#4 @wait wait_over time_up
  03-02 11:00 goals#4 @end exit completed
$ visit n=5 place=x
  03-02 11:30 event visit
$ deploy two move loops move gathers
  gathers#1 Moved
  holds#2 Kept(NotAsked)
  loops#3 Moved
$ visit n=7 place=x
  03-02 11:30 event visit
$ visit n=7 place=y
  03-02 11:30 event visit
$ order id=a
  03-02 11:30 event order
  03-02 11:30 loops#3 @repeat goal [0]
  03-02 11:30 goals#4(former) goal [0]
$ after 1 d
  03-02 23:59 holds#2(former) @send-first send first sent
  key 2.0.1
  03-02 23:59 holds#2(former) @send-first send_result first
  03-02 23:59 holds#2(former) @wait wait until 03-03 00:00
  03-03 00:00 holds#2(former) @wait wait_over time_up
  03-03 00:00 holds#2(former) @end exit completed
  03-03 10:00 gathers#1 @collect-visit wait_over time_up
  03-03 10:00 gathers#1 @set-level set level=12
  03-03 10:00 gathers#1 @end exit completed
  03-03 10:00 loops#3 @repeat wait_over time_up
  03-03 10:00 loops#3 @repeat branch [0]
  03-03 10:00 loops#3 @repeat/set-level set level=112
  03-03 10:00 loops#3 @repeat wait until 03-04 10:00
$ order id=a
  03-03 11:30 event order
$ go id=y
  03-03 11:30 event go
  03-03 11:30 gathers#5 enter [0]
  03-03 11:30 gathers#5 @collect-visit wait until 03-05 11:30
  03-03 11:30 holds#6 enter [0]
  03-03 11:30 holds#6 @send-first send first held suppressed by hours until 03-03 23:59
  03-03 11:30 loops not_entered already_running [0]
  03-03 11:30 goals#7 enter [0]
  03-03 11:30 goals#7 @wait wait until 03-03 13:30
$ after 1 h
$ visit n=2 place=x
  03-03 12:30 event visit
$ after 1 h
  03-03 13:30 goals#7 @wait wait_over time_up
  03-03 13:30 goals#7 @end exit completed
$ deploy one
  loops#3 Kept(NotAsked)
  gathers#5 Kept(NotAsked)
  holds#6 Kept(NotAsked)
$ visit n=3 place=x
  03-03 13:30 event visit
$ after 3 d
  03-03 23:59 holds#6(former) @send-first send first sent
  key 6.0.1
  03-03 23:59 holds#6(former) @send-first send_result first
  03-03 23:59 holds#6(former) @wait wait until 03-04 00:01
  03-04 00:01 holds#6(former) @wait wait_over time_up
  03-04 00:01 holds#6(former) @end exit completed
  03-04 10:00 loops#3(former) @repeat wait_over time_up
  03-04 10:00 loops#3(former) @repeat branch [0]
  03-04 10:00 loops#3(former) @repeat/set-level set level=212
  03-04 10:00 loops#3(former) @repeat branch [1]
  03-04 10:00 loops#3(former) @end exit completed
  03-05 11:30 gathers#5(former) @collect-visit wait_over time_up
  03-05 11:30 gathers#5(former) @set-level set level=5
  03-05 11:30 gathers#5(former) @end exit completed
