//! Where things stand on the stage: cards on a ring, what they agree on in the middle, the clients
//! where there is room.
//!
//! Plain geometry in CSS pixels: it tries card sizes from large to small until nothing overlaps. It
//! deliberately knows neither the cluster's state nor the DOM, so that a card never moves because
//! something happened, only because the stage or the number of nodes changed.

use std::collections::BTreeMap;

use crate::playground::view::NodeNumber;

/// A rectangle by its centre.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// How much a card can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Everything, and its buttons.
    #[default]
    Full,
    /// The same in less room: its buttons are in a menu.
    Narrow,
    /// Name, role, term, and the last entries of its log.
    Brief,
    /// Name, role and term.
    Compact,
}

impl Density {
    /// Whether a card has room for little more than its name.
    pub fn is_small(self) -> bool {
        matches!(self, Self::Brief | Self::Compact)
    }
}

/// The places of a stage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    pub density: Density,
    pub nodes: BTreeMap<NodeNumber, Rect>,
    pub centre: Rect,
    /// How many entries of the store fit into the middle.
    pub centre_rows: usize,
    /// Whether the cards stand in rows. The ways between them lead across others, so what moves is drawn on top.
    pub in_rows: bool,
    pub you: Rect,
    pub clients: Rect,
}

const MARGIN: f64 = 14.0;
const YOU: (f64, f64) = (64.0, 48.0);
const CENTRE_HEAD: f64 = 42.0;
const CENTRE_ROW: f64 = 22.0;

/// A size of cards: width, height, the least gap between two of them.
type Size = (f64, f64, f64, Density);

/// Card sizes to try, the best first. Large ones must leave room for the links between them.
const SIZES: [Size; 17] = [
    (216.0, 132.0, 44.0, Density::Full),
    (204.0, 130.0, 34.0, Density::Full),
    (192.0, 128.0, 24.0, Density::Full),
    (182.0, 126.0, 14.0, Density::Full),
    (156.0, 116.0, 12.0, Density::Narrow),
    (140.0, 114.0, 12.0, Density::Narrow),
    (128.0, 112.0, 10.0, Density::Narrow),
    (112.0, 84.0, 8.0, Density::Brief),
    (100.0, 80.0, 8.0, Density::Brief),
    (80.0, 70.0, 5.0, Density::Brief),
    (112.0, 60.0, 8.0, Density::Compact),
    (100.0, 56.0, 8.0, Density::Compact),
    (84.0, 50.0, 6.0, Density::Compact),
    (68.0, 46.0, 5.0, Density::Compact),
    (60.0, 44.0, 4.0, Density::Compact),
    (54.0, 40.0, 4.0, Density::Compact),
    (45.0, 30.0, 2.0, Density::Compact),
];

/// The most nodes that are shown as full cards.
const MOST_FULL: usize = 9;

impl Rect {
    /// A rectangle around a point.
    pub fn around(x: f64, y: f64, (width, height): (f64, f64)) -> Self {
        Self { x, y, width, height }
    }

    pub fn left(&self) -> f64 {
        self.x - self.width / 2.0
    }

    pub fn top(&self) -> f64 {
        self.y - self.height / 2.0
    }

    /// As the styles take it.
    pub fn style(&self) -> String {
        let (left, top, Self { width, height, .. }) = (self.left(), self.top(), self);
        format!("left:{left}px;top:{top}px;width:{width}px;height:{height}px")
    }

    /// Whether two rectangles come closer than `gap`.
    pub fn crowds(&self, other: &Self, gap: f64) -> bool {
        (self.x - other.x).abs() < (self.width + other.width) / 2.0 + gap
            && (self.y - other.y).abs() < (self.height + other.height) / 2.0 + gap
    }

    /// Where the line to a point leaves the rectangle, `pad` outside of it.
    pub fn edge_towards(&self, x: f64, y: f64, pad: f64) -> (f64, f64) {
        let (dx, dy) = (x - self.x, y - self.y);
        let (half_width, half_height) = (self.width / 2.0 + pad, self.height / 2.0 + pad);
        let across = if dx == 0.0 { f64::INFINITY } else { half_width / dx.abs() };
        let down = if dy == 0.0 { f64::INFINITY } else { half_height / dy.abs() };
        let part = across.min(down).min(1.0);
        (self.x + dx * part, self.y + dy * part)
    }

    /// Whether it contains a point.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (x - self.x).abs() <= self.width / 2.0 && (y - self.y).abs() <= self.height / 2.0
    }

    fn is_within(&self, width: f64, height: f64) -> bool {
        self.left() >= 4.0
            && self.top() >= 4.0
            && self.left() + self.width <= width - 4.0
            && self.top() + self.height <= height - 4.0
    }
}

impl Layout {
    /// The best layout for these nodes on a stage of this size.
    pub fn new(width: f64, height: f64, nodes: &[NodeNumber]) -> Self {
        let (width, height) = (width.max(180.0), height.max(172.0));
        let sizes = || {
            let most = nodes.len();
            SIZES.iter().filter(move |size| most <= MOST_FULL || size.3 == Density::Compact)
        };
        // On a ring few ways lead across a card. Where it is too small, as on a phone, many nodes stand in rows.
        let readable = |size: &&Size| size.0 > 50.0;
        sizes()
            .filter(readable)
            .find_map(|size| Self::attempt(width, height, nodes, *size, true))
            .or_else(|| sizes().find_map(|size| Self::grid(width, height, nodes, *size, (2, true))))
            .or_else(|| {
                // The cards come before the entries that they agree on.
                let less = [2, 1, 0].into_iter();
                less.flat_map(|rows| sizes().map(move |size| (size, rows)))
                    .find_map(|(size, rows)| Self::grid(width, height, nodes, *size, (rows, false)))
            })
            .or_else(|| Self::attempt(width, height, nodes, *SIZES.last()?, false))
            .unwrap_or_default()
    }

    /// The rectangle of a node.
    pub fn node(&self, node: NodeNumber) -> Option<&Rect> {
        self.nodes.get(&node)
    }

    /// The part of a card that has its name, role and term. Small cards have little else.
    pub fn name_on(&self, card: &Rect) -> Rect {
        const EDGE: f64 = 8.0;
        const NAME: f64 = 46.0;
        let inner = (card.width - 2.0 * EDGE, card.height - 2.0 * EDGE);
        let height = if self.density.is_small() { inner.1 } else { NAME.min(inner.1) };
        Rect::around(card.x, card.top() + EDGE + height / 2.0, (inner.0, height))
    }

    fn attempt(
        width: f64,
        height: f64,
        nodes: &[NodeNumber],
        (card_width, card_height, gap, density): Size,
        strict: bool,
    ) -> Option<Self> {
        let card = (card_width, card_height);
        let tries = [(2.0, false), (2.0, true), (2.6, true), (3.6, true), (6.0, true)];
        tries.into_iter().find_map(|(power, by_card)| {
            let ring = CardRing { width, height, card, gap, power, by_card };
            let places = ring.places(nodes.len());
            let crowded = places
                .iter()
                .enumerate()
                .any(|(i, a)| places.iter().skip(i + 1).any(|b| a.crowds(b, gap)));
            if strict && crowded {
                return None;
            }
            let small = if width < 500.0 { 132.0 } else { 184.0 };
            let (centre, centre_rows) = Self::middle(width, height, small, &places)
                .or(Some((Rect::around(width / 2.0, height / 2.0, (small, 0.0)), 0)))
                .filter(|(_, rows)| !strict || *rows >= Self::least_rows(width))?;
            let taken = [&places[..], &[centre]].concat();
            let [you, clients] = Self::free_places(width, height, YOU, &taken)
                .or_else(|| (!strict).then_some([centre; 2]))?;
            let nodes = nodes.iter().copied().zip(places).collect();
            let in_rows = false;
            Some(Self { width, height, density, nodes, centre, centre_rows, in_rows, you, clients })
        })
    }

    /// Rows of cards, with so many entries that they agree on and the clients below them: the clients at its sides,
    /// or, on a narrow stage that is `high` enough, below it.
    fn grid(
        width: f64,
        height: f64,
        nodes: &[NodeNumber],
        (card_width, card_height, gap, density): Size,
        (centre_rows, high): (u8, bool),
    ) -> Option<Self> {
        const CENTRE: f64 = 148.0;
        // The clients beside it need as much.
        let centre_height = (CENTRE_HEAD + f64::from(centre_rows) * CENTRE_ROW).max(YOU.1);
        let below = centre_height + 20.0;
        let pitch = (card_width + gap, card_height + gap);
        let columns = ((width - 16.0 + gap) / pitch.0).floor().max(1.0);
        let count = f64::from(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
        let rows = (count / columns).ceil();
        let is_narrow = width < CENTRE + 2.0 * (YOU.0 + 12.0);
        let clients_below = if is_narrow && high { YOU.1 + 6.0 } else { 0.0 };
        let height_of_rows = height - below - clients_below - 16.0;
        if rows * pitch.1 > height_of_rows {
            return None;
        }
        // More room between the cards where there is some, so that links are seen.
        let across = pitch.0.max(((width - 16.0) / columns).min(pitch.0 * 1.3));
        let down = pitch.1.max((height_of_rows / rows).min(pitch.1 * 1.6));
        let left = (width - (columns - 1.0) * across) / 2.0;
        let place = |(number, node): (u32, &NodeNumber)| {
            let number = f64::from(number);
            let (row, column) = ((number / columns).floor(), number % columns);
            let x = left + column * across;
            let y = 14.0 + card_height / 2.0 + row * down;
            (*node, Rect::around(x.round(), y.round(), (card_width, card_height)))
        };
        let base = height - 8.0;
        Some(Self {
            width,
            height,
            density,
            nodes: (0..).zip(nodes).map(place).collect(),
            centre: Rect::around(
                width / 2.0,
                base - clients_below - centre_height / 2.0,
                (CENTRE, centre_height),
            ),
            centre_rows: usize::from(centre_rows),
            in_rows: true,
            you: Rect::around(8.0 + YOU.0 / 2.0, base - YOU.1 / 2.0, YOU),
            clients: Rect::around(width - 8.0 - YOU.0 / 2.0, base - YOU.1 / 2.0, YOU),
        })
    }

    /// How many rows the box in the middle must have at least: half a phone has no room for two.
    fn least_rows(width: f64) -> usize {
        if width < 250.0 { 1 } else { 2 }
    }

    /// The box in the middle: as many rows as there is room for, up to eight, wherever between the
    /// cards there is most room.
    fn middle(width: f64, height: f64, wide: f64, cards: &[Rect]) -> Option<(Rect, usize)> {
        let shifts = [0.0, 0.03, -0.03, 0.06, -0.06, 0.1, -0.1, 0.15, -0.15, 0.2, -0.2];
        (Self::least_rows(width)..=8).rev().find_map(|rows| {
            let tall = CENTRE_HEAD + CENTRE_ROW * f64::from(u8::try_from(rows).unwrap_or(2));
            shifts.iter().find_map(|shift| {
                let place = Rect::around(width / 2.0, height * (0.5 + shift), (wide, tall));
                let room = rows <= 3 || tall < height * 0.3;
                let free = room && !cards.iter().any(|card| card.crowds(&place, 5.0));
                free.then_some((place, rows))
            })
        })
    }

    /// Two places that nothing else is near: the first in the middle of the lower edge if possible.
    fn free_places(width: f64, height: f64, size: (f64, f64), taken: &[Rect]) -> Option<[Rect; 2]> {
        let spots = [
            (0.5, 1.0),
            (0.0, 1.0),
            (1.0, 1.0),
            (0.5, 0.80),
            (0.5, 0.72),
            (0.5, 0.3),
            (0.5, 0.22),
            (0.0, 0.0),
            (1.0, 0.0),
            (0.3, 0.5),
            (0.7, 0.5),
            (0.0, 0.5),
            (1.0, 0.5),
            (0.3, 0.7),
            (0.7, 0.7),
            (0.2, 1.0),
            (0.8, 1.0),
            (0.5, 0.66),
            (0.5, 0.6),
            (0.4, 0.7),
            (0.6, 0.7),
        ];
        let at = |(across, down): (f64, f64)| {
            let x = 8.0 + size.0 / 2.0 + across * (width - 16.0 - size.0);
            let y = 8.0 + size.1 / 2.0 + down * (height - 16.0 - size.1);
            Rect::around(x, y, size)
        };
        let is_free = |place: &Rect| {
            place.is_within(width, height) && !taken.iter().any(|other| other.crowds(place, 6.0))
        };
        let free: Vec<Rect> = spots.into_iter().map(at).filter(is_free).collect();
        free.iter().find_map(|first| {
            let second = free.iter().find(|second| !second.crowds(first, 6.0))?;
            Some([*first, *second])
        })
    }
}

/// A ring of cards: a circle that is drawn towards a rectangle as its power grows.
struct CardRing {
    width: f64,
    height: f64,
    card: (f64, f64),
    gap: f64,
    power: f64,
    /// Spaced by what a card takes across and down, not by plain length.
    by_card: bool,
}

impl CardRing {
    const SAMPLES: u32 = 720;

    fn point(&self, part: f64) -> (f64, f64) {
        let (sin, cos) = (part * std::f64::consts::TAU).sin_cos();
        let radius_y = ((self.height - self.card.1) / 2.0 - MARGIN).max(0.0);
        // On a wide stage the ring does not become a flat band.
        let radius_x =
            ((self.width - self.card.0) / 2.0 - MARGIN).max(0.0).min(radius_y * 2.0 + 60.0);
        // From the middle in this direction to the edge of the superellipse.
        let across = (sin.abs() / radius_x.max(1.0)).powf(self.power);
        let down = (cos.abs() / radius_y.max(1.0)).powf(self.power);
        let far = (across + down).powf(-1.0 / self.power);
        (self.width / 2.0 + far * sin, self.height / 2.0 - far * cos)
    }

    /// Places clockwise from the top, such that none stands at the middle of the lower edge.
    fn places(&self, count: usize) -> Vec<Rect> {
        let lengths = self.lengths();
        let Some(total) = lengths.last().copied() else {
            return Vec::new();
        };
        let count_f = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let first = if count.is_multiple_of(2) { 0.5 } else { 0.0 };
        let place = |number: usize| {
            let number_f = f64::from(u32::try_from(number).unwrap_or(u32::MAX));
            let around = (number_f + first) / count_f;
            // The left half mirrors the right one exactly.
            let wanted = around.min(1.0 - around) * total;
            let sample = lengths.partition_point(|length| *length < wanted);
            let part = f64::from(u32::try_from(sample).unwrap_or(0)) / f64::from(Self::SAMPLES);
            let (x, y) = self.point(part);
            let x = if around > 0.5 { self.width - x } else { x };
            Rect::around(x.round(), y.round(), self.card)
        };
        (0..count).map(place).collect()
    }

    /// The length of the ring from the top to each sample.
    fn lengths(&self) -> Vec<f64> {
        let samples = f64::from(Self::SAMPLES);
        let mut lengths = vec![0.0];
        let (mut before, mut total) = (self.point(0.0), 0.0);
        for sample in 1..=Self::SAMPLES {
            let here = self.point(f64::from(sample) / samples);
            let (mut dx, mut dy) = (here.0 - before.0, here.1 - before.1);
            if self.by_card {
                dx /= self.card.0 + self.gap;
                dy /= self.card.1 + self.gap;
            }
            total += dx.hypot(dy);
            lengths.push(total);
            before = here;
        }
        lengths
    }
}
