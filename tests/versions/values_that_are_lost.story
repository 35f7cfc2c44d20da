# Values of profile fields that are gone or have another type are lost, and said so; words are carried as words.
--- one
customer { email? text  a? number  b? text  plan one of free, pro, gold = free  score? number }
event visit { n number }
journey up { enter when customer joins rich  wait 1 minute }
segment rich: customer.plan has been gold for 2 days
--- two
customer { plan one of gold, silver, free = free  email? text  b? number  c? text }
event visit { n number }
segment rich: customer.plan has been gold for 2 days
journey up { enter when customer joins rich  wait 1 minute }
--- three
customer { plan one of silver, free = free  email? text }
event visit { n number }
segment plain: customer.plan has been free for 3 days
journey down { enter when customer joins plain  wait 1 minute }
--- story
$ set a=1 b=x plan=gold
  03-02 10:00 profile
$ after 1 d
$ deploy two
  lost: customer field a
  lost: customer field b
$ after 2 d
  03-04 10:00 segment in rich
  03-04 10:00 up#1 enter [0]
  03-04 10:00 up#1 @wait wait until 03-04 10:01
  03-04 10:01 up#1 @wait wait_over time_up
  03-04 10:01 up#1 @end exit completed
$ set c=x
  03-05 10:00 profile c=x
$ deploy three
  lost: customer field plan
  lost: customer field c
$ after 4 d
  03-08 10:00 segment in plain
  03-08 10:00 down#2 enter [0]
  03-08 10:00 down#2 @wait wait until 03-08 10:01
  03-08 10:01 down#2 @wait wait_over time_up
  03-08 10:01 down#2 @end exit completed
