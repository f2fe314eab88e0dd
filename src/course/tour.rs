//! The tour of the page for new users: its parts, in a few sentences.

/// A part of the page that the tour points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagePart {
    Cards,
    Messages,
    Request,
    Faults,
    Timeline,
    Events,
    Demonstrations,
}

/// A stop of the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    pub place: PagePart,
    pub sentence: &'static str,
}

const fn stop(place: PagePart, sentence: &'static str) -> Stop {
    Stop { place, sentence }
}

/// The tour, in its order.
pub const TOUR: [Stop; 7] = [
    stop(
        PagePart::Cards,
        "Each card is a server of one cluster. The one that turns golden leads. Blocks are its log, \
         coloured by term: full is committed, hollow is not.",
    ),
    stop(
        PagePart::Messages,
        "What moves between them are their messages, each kind with a shape of its own. Nothing is \
         staged: it is a real cluster, slowed down for the eye.",
    ),
    stop(
        PagePart::Request,
        "You are a client. Set a key here, and follow your request to the leader, to a majority, and \
         back as an answer.",
    ),
    stop(
        PagePart::Faults,
        "Break things: kill or pause a server on its card, cut the network here, make it slow or \
         lossy. Raft has to cope, and judges watch that it does.",
    ),
    stop(
        PagePart::Timeline,
        "Time is yours: pause, go event by event, change the speed, and pull the timeline back to see it \
         again or do otherwise.",
    ),
    stop(
        PagePart::Events,
        "Everything that happens is told here, in one plain sentence with its cause and its rule.",
    ),
    stop(
        PagePart::Demonstrations,
        "The classics are here, from the first election to a node that joins. Begin with one of them, \
         or with whatever you like: the cluster is yours.",
    ),
];
