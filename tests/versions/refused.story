# What former versions need and cannot have is refused, with the place, the reason and the remedy.
--- one
customer { email? text  phone? text  level number = 0 }
topic marketing { needs consent }
topic news { needs consent }
channel email { kind email  to customer.email }
channel sms { kind sms  to customer.phone }
event cart { id text  value number  kind one of small, big }
event order { id text }
event gone { id text }
message reminder(cart: cart) on email { topic marketing  subject "a"  body "b" }
message texted on sms { topic news  body "b" }
service desk { url "https://desk.example"  action open { post "/"  request { id text }  response { ok yes or no } } }
journey remind {
  enter on cart
  leave on gone
  wait 1 day
  match cart.kind { small { } big { set customer.level = cart.value } }
  send reminder(cart)
  send texted
  call desk.open { id: cart.id } if failed { }
}
--- two
customer { email? text  level text = "0" }
topic marketing { needs consent }
channel email { kind email  to customer.email }
event cart { id text  value text  kind one of small, big, huge }
event order { id text }
message reminder(cart: cart, offer: text) on email { topic marketing  subject "a"  body "{{ offer }}" }
journey remind {
  enter on cart
  wait 2 days
  send reminder(cart, "x")
}
--- story
$ cart id=a value=3 kind=big
  03-02 10:00 event cart
  03-02 10:00 remind#1 enter [0]
  03-02 10:00 remind#1 @wait wait until 03-03 10:00
$ deploy two
  runs of journey remind (version b053362f36f2) need event gone: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need event cart, field kind: its `match` does not know the new value huge; add the value when the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need customer field level: it has another type now; keep its type, or give the new one another name, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need event cart, field value: it has another type now; keep its type, or give the new one another name, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need message reminder: it wants offer now; let it be missing, or give it another name, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need channel sms: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need topic news: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need action desk.open: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
$ preview two stop remind
  remind#1 Stopped
$ deploy two move remind
  runs of journey remind (version b053362f36f2) need event gone: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need event cart, field kind: its `match` does not know the new value huge; add the value when the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need customer field level: it has another type now; keep its type, or give the new one another name, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need event cart, field value: it has another type now; keep its type, or give the new one another name, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need message reminder: it wants offer now; let it be missing, or give it another name, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need channel sms: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need topic news: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
  runs of journey remind (version b053362f36f2) need action desk.open: it is gone; keep it until the runs are over, or stop the runs that cannot be moved
$ deploy two move-else-stop remind
  remind#1 Stopped
  03-02 10:00 remind#1(former) @wait exit stopped
$ after 3 d
