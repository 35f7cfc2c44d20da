//! Makes a world that shows a difference as small as it can be while it still shows one.

use super::compare::{Difference, Verdict, compare};
use super::generate::Generated;
use super::world::{World, shown};

/// The smallest world that was found, and its difference.
pub(crate) fn shrink(mut made: Generated, mut difference: Difference) -> (World, Difference) {
    loop {
        let before = size(&made);
        let until = shown(difference.moment);
        attempt(&mut made, &mut difference, |made| made.world.setting.until = until);
        simplify_text(&mut made, &mut difference);
        simplify_story(&mut made, &mut difference);
        simplify_setting(&mut made, &mut difference);
        if size(&made) >= before {
            return (made.world, difference);
        }
    }
}

fn size(made: &Generated) -> usize {
    let setting = serde_json::to_string(&made.world.setting).unwrap().len();
    let tells = serde_json::to_string(&made.world.tells).unwrap().len();
    made.world.text.len() + tells + setting
}

/// Keeps a change when there is still a difference.
fn attempt(made: &mut Generated, difference: &mut Difference, change: impl FnOnce(&mut Generated)) -> bool {
    if difference.attempts == 0 {
        return false;
    }
    difference.attempts -= 1;
    let attempts = difference.attempts;
    let mut smaller = made.clone();
    change(&mut smaller);
    smaller.world.text = smaller.tree.render();
    match compare(&smaller.world) {
        Verdict::Differ(found) => {
            (*made, *difference) = (smaller, Difference { attempts, ..found });
            true
        }
        Verdict::Same(..) | Verdict::Refused(_) | Verdict::Circles => false,
    }
}

fn simplify_text(made: &mut Generated, difference: &mut Difference) {
    let mut nth = 0;
    while nth < made.tree.simplifications() {
        let tree = made.tree.simplified(nth);
        if !attempt(made, difference, |made| made.tree = tree) {
            nth += 1;
        }
    }
}

fn simplify_story(made: &mut Generated, difference: &mut Difference) {
    let mut step = made.world.tells.len().div_ceil(2);
    while step > 0 {
        let mut at = 0;
        while at < made.world.tells.len() {
            let end = (at + step).min(made.world.tells.len());
            if !attempt(made, difference, |made| _ = made.world.tells.drain(at..end)) {
                at += step;
            }
        }
        step /= 2;
    }
    for at in 0..made.world.tells.len() {
        attempt(made, difference, |made| made.world.tells[at].own = None);
        let names: Vec<String> = match &made.world.tells[at].what {
            super::world::Told::Profile { profile, .. } => profile.keys().cloned().collect(),
            _ => Vec::new(),
        };
        for name in names {
            attempt(made, difference, |made| {
                if let super::world::Told::Profile { profile, .. } = &mut made.world.tells[at].what {
                    profile.remove(&name);
                }
            });
        }
        for number in (0..8).rev() {
            attempt(made, difference, |made| {
                if let super::world::Told::Profile { consents, .. } = &mut made.world.tells[at].what
                    && number < consents.len()
                {
                    consents.remove(number);
                }
            });
        }
        attempt(made, difference, |made| {
            if let super::world::Told::Event { id, .. } = &mut made.world.tells[at].what {
                *id = None;
            }
        });
    }
}

fn simplify_setting(made: &mut Generated, difference: &mut Difference) {
    attempt(made, difference, |made| made.world.setting.downtimes.clear());
    attempt(made, difference, |made| made.world.setting.zone = "UTC".to_owned());
    for name in made.world.setting.sends.keys().cloned().collect::<Vec<_>>() {
        attempt(made, difference, |made| _ = made.world.setting.sends.remove(&name));
    }
    for name in made.world.setting.calls.keys().cloned().collect::<Vec<_>>() {
        attempt(made, difference, |made| _ = made.world.setting.calls.remove(&name));
    }
    for name in made.world.setting.reactions.keys().cloned().collect::<Vec<_>>() {
        attempt(made, difference, |made| _ = made.world.setting.reactions.remove(&name));
        for number in 0..4 {
            attempt(made, difference, |made| {
                if let Some(all) =
                    made.world.setting.reactions.get_mut(&name).and_then(|all| all.get_mut(number))
                {
                    all.clear();
                }
            });
        }
    }
    while made.world.setting.customers.len() > 1
        && made.world.tells.iter().all(|tell| tell.who + 1 < made.world.setting.customers.len())
        && attempt(made, difference, |made| _ = made.world.setting.customers.pop())
    {}
}
