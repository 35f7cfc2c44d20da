# A former version of a former version, and a return to the text of before.
--- one
customer { email? text  level number = 0 }
event cart { id text  value number }
journey remind { enter on cart  one run per cart.id  wait 10 days  set customer.level = cart.value }
--- two
customer { email? text  level number = 0 }
event cart { value number  id text }
journey remind { enter on cart  one run per cart.id  wait 11 days  set customer.level = cart.value }
--- three
customer { level number = 0  email? text }
event cart { extra? text  value number  other? text  id text }
journey remind { enter on cart  one run per cart.id  wait 12 days  set customer.level = cart.value }
--- story
$ cart id=a value=1
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-12 10:00
$ deploy two
  remind#1 Kept(NotAsked)
$ cart id=b value=2
  03-02 10:00 event cart
  03-02 10:00 remind#2 enter [0]
  03-02 10:00 remind#2 @wait wait until 03-13 10:00
$ deploy three
  remind#1 Kept(NotAsked)
  remind#2 Kept(NotAsked)
$ cart id=c value=3
  03-02 10:00 event cart
  03-02 10:00 remind#3 enter [0]
  03-02 10:00 remind#3 @wait wait until 03-14 10:00
$ journeys
  remind 3 (present)
  remind 3 (former)
  remind 3 (former)
$ runs
  remind#1 (former) at wait until 03-12 10:00
  remind#2 (former) at wait until 03-13 10:00
  remind#3 at wait until 03-14 10:00
$ after 1 d
$ deploy one
  remind#1 Unchanged
  remind#2 Kept(NotAsked)
  remind#3 Kept(NotAsked)
$ journeys
  remind 3 (present)
  remind 3 (former)
  remind 3 (former)
$ runs
  remind#1 at wait until 03-12 10:00
  remind#2 (former) at wait until 03-13 10:00
  remind#3 (former) at wait until 03-14 10:00
$ after 12 d
  03-12 10:00 remind#1 @wait wait_over time_up
  03-12 10:00 remind#1 @set-level set level=1
  03-12 10:00 remind#1 @end exit completed
  03-13 10:00 remind#2(former) @wait wait_over time_up
  03-13 10:00 remind#2(former) @set-level set level=2
  03-13 10:00 remind#2(former) @end exit completed
  03-14 10:00 remind#3(former) @wait wait_over time_up
  03-14 10:00 remind#3(former) @set-level set level=3
  03-14 10:00 remind#3(former) @end exit completed
