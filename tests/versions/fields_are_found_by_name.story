# A former version reads the fields of what it holds, of events and of the profile by their names, wherever they stand now.
--- one
customer { email? text  level number = 0  plan one of free, pro = free }
topic marketing { needs consent }
channel email { kind email  to customer.email }
event cart { id text  value number  items list of { sku text  price number } }
event visit { place one of home, shop }
message reminder(cart: cart, place: text) on email { topic marketing  subject "a"  body "{{ cart.value }} {{ place }}" }
segment often: (count of visit in last 10 days where place is shop) >= 2
journey remind {
  enter on cart
  one run per cart.id
  wait up to 1 day {
    on visit as seen where place is shop {
      match seen.place { home { } shop { set customer.level = cart.value } }
      if customer in often and customer.plan is pro { set customer.level = 100 }
    }
    otherwise { }
  }
  send reminder(cart, "here")
}
--- two
customer { plan one of gold, pro, free = free  phone? text  level number = 0  email? text }
topic marketing { needs consent }
channel email { kind email  to customer.email }
event visit { device? text  place one of home, shop }
event cart { currency? text  items list of { price number  sku text }  value number  id text }
message reminder(place: text, cart: cart) on email { topic marketing  subject "a"  body "{{ cart.value }} {{ place }}" }
journey remind {
  enter on cart
  one run per cart.id
  wait 2 days
  send reminder("there", cart)
}
--- story
$ set plan=pro
  03-02 10:00 profile plan=pro
$ visit place=shop
  03-02 10:00 event visit
$ cart id=a value=7
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
$ cart id=b value=8
  03-02 10:00 event cart
  03-02 10:00 remind#2 enter [0]
  03-02 10:00 remind#2 @wait wait until 03-03 10:00
$ visit place=home
  03-02 10:00 event visit
$ after 1 h
$ deploy two
  remind#1 Kept(NotAsked)
  remind#2 Kept(NotAsked)
$ visit place=shop device=x
  03-02 11:00 event visit
  03-02 11:00 remind#1(former) @wait wait_over [0]
  03-02 11:00 remind#1(former) @on-visit/match branch [1]
  03-02 11:00 remind#1(former) @on-visit/shop/set-level set level=7
  03-02 11:00 remind#1(former) @on-visit/if branch [0]
  03-02 11:00 remind#1(former) @on-visit/if/set-level set level=100
  03-02 11:00 remind#1(former) @send-reminder send reminder sent
  key 1.5.1
  03-02 11:00 remind#2(former) @wait wait_over [0]
  03-02 11:00 remind#2(former) @on-visit/match branch [1]
  03-02 11:00 remind#2(former) @on-visit/shop/set-level set level=8
  03-02 11:00 remind#2(former) @on-visit/if branch [0]
  03-02 11:00 remind#2(former) @on-visit/if/set-level set level=100
  03-02 11:00 remind#2(former) @send-reminder send reminder sent
  key 2.5.1
  03-02 11:00 remind#1(former) @send-reminder send_result reminder
  03-02 11:00 remind#1(former) @end exit completed
  03-02 11:00 remind#2(former) @send-reminder send_result reminder
  03-02 11:00 remind#2(former) @end exit completed
$ cart id=c value=9
  03-02 11:00 event cart
  03-02 11:00 remind#3 enter [0]
  03-02 11:00 remind#3 @wait wait until 03-04 11:00
$ after 1 h
$ visit place=shop
  03-02 12:00 event visit
$ after 3 d
  03-04 11:00 remind#3 @wait wait_over time_up
  03-04 11:00 remind#3 @send-reminder send reminder sent
  key 3.1.1
  03-04 11:00 remind#3 @send-reminder send_result reminder
  03-04 11:00 remind#3 @end exit completed
