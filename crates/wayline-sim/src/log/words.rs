//! The words of the decision log.

use wayline_engine::{DecisionKind, Reason, Verdict};
use wayline_ir::ReactionKind;

pub(crate) const fn kind_word(kind: DecisionKind) -> &'static str {
    match kind {
        DecisionKind::Event => "event",
        DecisionKind::Profile => "profile",
        DecisionKind::Reaction => "reaction",
        DecisionKind::Segment => "segment",
        DecisionKind::Enter => "enter",
        DecisionKind::NotEntered => "not_entered",
        DecisionKind::Wait => "wait",
        DecisionKind::WaitOver => "wait_over",
        DecisionKind::Branch => "branch",
        DecisionKind::Experiment => "experiment",
        DecisionKind::Send => "send",
        DecisionKind::SendResult => "send_result",
        DecisionKind::Goal => "goal",
        DecisionKind::Set => "set",
        DecisionKind::Emit => "emit",
        DecisionKind::Call => "call",
        DecisionKind::CallResult => "call_result",
        DecisionKind::Journey => "journey",
        DecisionKind::Exit => "exit",
        DecisionKind::Fault => "fault",
    }
}

pub(crate) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Sent => "sent",
        Verdict::Held => "held",
        Verdict::Dropped => "dropped",
    }
}

pub(crate) const fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::NoConsent => "no_consent",
        Reason::UnconfirmedConsent => "unconfirmed_consent",
        Reason::NoAddress => "no_address",
        Reason::Bounced => "bounced",
        Reason::Suppressed => "suppressed",
        Reason::Capped => "capped",
        Reason::QuietHours => "quiet_hours",
        Reason::ClosedHours => "closed_hours",
        Reason::ChannelRate => "channel_rate",
        Reason::Expired => "expired",
        Reason::Replaced => "replaced",
        Reason::Left => "left",
        Reason::Failed => "failed",
        Reason::OnlyIf => "only_if",
        Reason::AlreadyRunning => "already_running",
        Reason::AgainTooSoon => "again_too_soon",
        Reason::OnlyOnce => "only_once",
        Reason::Holdout => "holdout",
        Reason::DailyLimit => "daily_limit",
        Reason::NoKey => "no_key",
        Reason::Completed => "completed",
        Reason::ExitStep => "exit_step",
        Reason::LeaveRule => "leave_rule",
        Reason::GoalReached => "goal_reached",
        Reason::Restarted => "restarted",
        Reason::Stopped => "stopped",
        Reason::Duplicate => "duplicate",
        Reason::Late => "late",
        Reason::Stale => "stale",
        Reason::TimeUp => "time_up",
        Reason::Past => "past",
        Reason::Missing => "missing",
        Reason::BestHour => "best_hour",
    }
}

pub(crate) const fn reaction_word(kind: ReactionKind) -> &'static str {
    match kind {
        ReactionKind::Delivered => "delivered",
        ReactionKind::Bounced => "bounced",
        ReactionKind::Opened => "opened",
        ReactionKind::Clicked => "clicked",
        ReactionKind::Replied => "replied",
        ReactionKind::Answered => "answered",
        ReactionKind::Complained => "complained",
        ReactionKind::Unsubscribed => "unsubscribed",
        ReactionKind::Failed => "failed",
    }
}
