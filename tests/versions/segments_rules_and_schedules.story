# After a deploy everything that depends on the workspace is asked anew: segments, leave rules, `when` of waits, held
# messages. Membership is kept by name; of a new segment nothing is known, so whoever is in it joins.
--- every
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
channel email { kind email  to customer.email }

event visit { n number }
message first on email { topic marketing  subject "a"  body "b" }

--- one
segment level_up: customer.level >= 5
segment odd: customer.level >= 3
suppress hours { for everything  during 00:00 to 23:59  else hold up to 9 days }
journey climbing { enter when customer joins level_up  wait 1 day }
journey waiting {
  enter on visit
  wait up to 9 days { when customer in level_up { } otherwise { } }
  send first
}
journey leaving { enter on visit  leave when customer in odd  wait 9 days }
journey held { enter on visit  send first }
journey daily { enter every day at 12:00  wait 1 minute }
--- two
segment fresh: customer.level >= 1
segment odd: customer.level >= 1
segment level_up: customer.level >= 2
journey climbing { enter when customer joins level_up  wait 1 day }
journey starting { enter when customer joins fresh  wait 1 day }
journey waiting {
  enter on visit
  wait up to 9 days { when customer in level_up { } otherwise { } }
  send first
}
journey leaving { enter on visit  leave when customer in odd  wait 9 days }
journey held { enter on visit  send first }
journey daily { enter every day at 11:00  wait 1 minute }
journey noon { enter every day at 12:00  wait 1 minute }
--- story
$ set level=2
  03-02 10:00 profile level=2
$ visit n=1
  03-02 10:00 event visit
  03-02 10:00 waiting#1 enter [0]
  03-02 10:00 waiting#1 @wait wait until 03-11 10:00
  03-02 10:00 leaving#2 enter [0]
  03-02 10:00 leaving#2 @wait wait until 03-11 10:00
  03-02 10:00 held#3 enter [0]
  03-02 10:00 held#3 @send-first send first held suppressed by hours until 03-02 23:59
$ after 1 h
$ deploy two
  waiting#1 Unchanged
  leaving#2 Unchanged
  held#3 Unchanged
  03-02 11:00 leaving#2 @wait exit leave_rule [0]
  03-02 11:00 waiting#1 @wait wait_over [0]
  03-02 11:00 waiting#1 @send-first send first sent
  key 1.1.1
  03-02 11:00 segment in fresh
  03-02 11:00 segment in level_up
  03-02 11:00 held#3 @send-first send first sent
  key 3.0.1
  03-02 11:00 climbing#4 enter [0]
  03-02 11:00 climbing#4 @wait wait until 03-03 11:00
  03-02 11:00 starting#5 enter [0]
  03-02 11:00 starting#5 @wait wait until 03-03 11:00
  03-02 11:00 waiting#1 @send-first send_result first
  03-02 11:00 waiting#1 @end exit completed
  03-02 11:00 held#3 @send-first send_result first
  03-02 11:00 held#3 @end exit completed
$ after 2 h
  03-02 12:00 noon#6 enter [0]
  03-02 12:00 noon#6 @wait wait until 03-02 12:01
  03-02 12:01 noon#6 @wait wait_over time_up
  03-02 12:01 noon#6 @end exit completed
