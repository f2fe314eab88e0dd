// What is wrong with the layout of the page as it is now, in sentences. `least` is the part of the window's height that
// the stage must keep.
least => {
    const wrong = new Set();
    const round = Math.round;
    const style = element => getComputedStyle(element);
    const view = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    const scrolls = style(document.body).overflowY !== 'hidden';
    const root = [...document.querySelectorAll('dialog[open]')].pop() ?? document.querySelector('.page');

    // What lies over the page on purpose, and is not compared with what is under it.
    const OVER = '.menu, .demonstrations-menu, .notices, dialog, .stage-problem, .stage-note, .spotlight';
    const isSmall = matchMedia('(max-width: 899px)').matches;
    const isSheet = element => isSmall && element.matches('.panel') && style(element).zIndex !== 'auto';
    // It stays where it is while the rest scrolls below it.
    const isSticky = element => style(element).position === 'sticky';
    const layer = element => {
        for (let at = element; at; at = at.parentElement) if (at.matches(OVER) || isSheet(at) || isSticky(at)) return at;
        return root;
    };
    // What is one thing, whatever is in it.
    const BOX = '.card, .committed, .client, .drawer, .guide, .caption, .transport, .top, .panel, .sheet-buttons, .chip, .notice, .menu';
    const CONTROL = 'button, input, select, textarea, summary, a[href]';

    const words = element => {
        const label = element.ariaLabel || element.innerText || element.title || element.id || '';
        const kind = element.classList?.[0] ? '.' + element.classList[0] : element.localName;
        return `${kind} “${label.trim().split(/\s+/).join(' ').slice(0, 40)}”`;
    };

    const items = [];
    const meet = (a, b) => ({
        left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
        right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
    });
    // `clips` are the boxes that something is clipped by, from outside to inside, each with the ways in which it scrolls.
    const seen = (rect, clips, tell) => {
        let shown = rect;
        for (const { box, x, y } of clips.toReversed()) {
            const rest = meet(shown, box);
            const wide = rest.right - rest.left < shown.right - shown.left - 1.5;
            const high = rest.bottom - rest.top < shown.bottom - shown.top - 1.5;
            if (rest.right <= rest.left || rest.bottom <= rest.top) {
                if ((wide && !x) || (high && !y)) tell('is outside');
                return null;
            }
            if (wide && !x) tell(`is cut off by ${round(shown.right - shown.left - rest.right + rest.left)} px across`);
            if (high && !y) tell(`is cut off by ${round(shown.bottom - shown.top - rest.bottom + rest.top)} px in height`);
            shown = rest;
        }
        return shown;
    };
    const add = (element, rect, clips, kind) => {
        if (rect.right - rect.left < 1 || rect.bottom - rect.top < 1) return;
        const shown = seen(rect, clips, what => wrong.add(`${words(element)} ${what}`));
        if (shown) items.push({ element, shown, kind, layer: layer(element) });
    };

    // A button that is only words is larger than they are, for a finger.
    const isBare = its => its.borderTopStyle === 'none' && its.backgroundColor === 'rgba(0, 0, 0, 0)';
    // Marks of one time lie on one place.
    const MARKS = '.charts-marks i';
    // A name that is too long for its place ends in "…", and is told in full where it is pointed at.
    const isShortened = (element, its) => its.textOverflow === 'ellipsis' && element.closest('[data-modified][title]');
    const walk = (element, clips, outer) => {
        const its = style(element);
        if (its.display === 'none' || its.visibility === 'hidden' || element.closest('[hidden]')) return;
        if (its.clipPath !== 'none' || Number(its.opacity) === 0 || element.localName === 'canvas') return;
        if (its.position === 'fixed' || element === root) clips = [{ box: view, x: false, y: scrolls && element === root }];
        else if (its.position === 'absolute') clips = outer;
        const box = element.getBoundingClientRect();
        if (element.matches(BOX)) add(element, box, clips, 'box');
        else if (element.matches(CONTROL)) add(element, box, clips, isBare(its) ? 'place' : 'control');
        const [x, y] = [its.overflowX, its.overflowY];
        if (isShortened(element, its)) outer = clips = [...clips, { box, x: true, y: false }];
        else if (x !== 'visible' || y !== 'visible') {
            const rolls = way => way === 'auto' || way === 'scroll';
            if (rolls(x) && element.scrollWidth > element.clientWidth + 1 && !element.matches('.matrix-scroll')) {
                wrong.add(`${words(element)} scrolls sideways: ${element.scrollWidth} in ${element.clientWidth} px`);
            }
            const high = element.clientHeight;
            if (rolls(y) && element.scrollHeight > high + 1 && high < 40 && box.width > 1) {
                wrong.add(`${words(element)} is a slit: ${element.scrollHeight} in ${high} px`);
            }
            clips = [...clips, { box, x: rolls(x), y: rolls(y) }];
        }
        if (its.position !== 'static') outer = clips;
        if (['select', 'textarea', 'svg'].includes(element.localName)) return;
        const isClosed = element.localName === 'details' && !element.open;
        for (const child of element.childNodes) {
            if (isClosed && child.localName !== 'summary') continue;
            if (child.nodeType === Node.ELEMENT_NODE) walk(child, clips, outer);
            else if (child.nodeType === Node.TEXT_NODE && child.data.trim() && !element.matches(MARKS)) {
                if (child.data.includes('`')) wrong.add(`${words(element)} shows a raw mark of code`);
                const range = document.createRange();
                range.selectNodeContents(child);
                for (const line of range.getClientRects()) {
                    // The letters, without the space of a line above and below them.
                    const space = line.height * 0.2;
                    const { left, right } = line;
                    add(element, { left, right, top: line.top + space, bottom: line.bottom - space }, clips, 'text');
                }
            }
        }
    };
    walk(root, [], []);

    if (document.documentElement.scrollWidth > innerWidth) {
        wrong.add(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`);
    }
    const related = (a, b) => a.contains(b) || b.contains(a) || (a.closest('label') && a.closest('label') === b.closest('label'));
    items.sort((a, b) => a.shown.left - b.shown.left);
    items.forEach((a, place) => {
        for (let next = place + 1; next < items.length && items[next].shown.left < a.shown.right - 2; next += 1) {
            const b = items[next];
            const both = meet(a.shown, b.shown);
            if (both.bottom - both.top <= 2 || both.right - both.left <= 2) continue;
            if (a.kind === 'place' || b.kind === 'place' || a.layer !== b.layer || related(a.element, b.element)) continue;
            wrong.add(`${words(a.element)} and ${words(b.element)} overlap by ${round(both.right - both.left)} x ${round(both.bottom - both.top)} px`);
        }
    });

    // Whatever can be pressed is reached.
    for (const { element, shown, kind, layer: at } of items) {
        if (kind === 'text' || !element.matches(CONTROL) || element.disabled) continue;
        const [x, y] = [(shown.left + shown.right) / 2, (shown.top + shown.bottom) / 2];
        const hit = document.elementFromPoint(x, y);
        if (!hit || related(element, hit) || hit.closest('.card')?.contains(element)) continue;
        if (layer(hit) !== at || hit.matches('.menu-back, .demonstrations-back')) continue;
        wrong.add(`${words(element)} is under ${words(hit)}`);
    }

    // The line at the top stays one line; on a phone the chips have a line of their own.
    const chips = [...document.querySelectorAll('.chip')].filter(it => it.checkVisibility()).map(it => it.getBoundingClientRect());
    if (chips.some(chip => chip.top > chips[0].bottom)) wrong.add('the chips at the top take several lines');
    // What is on its way is seen above all that stands.
    const height = element => Number(style(element).zIndex) || 0;
    for (const canvas of document.querySelectorAll('.stage-canvas:not([data-in-rows])')) {
        for (const thing of canvas.parentElement.querySelectorAll('.committed, .client, .card:not(:focus-visible)')) {
            if (height(thing) >= height(canvas)) wrong.add(`messages pass behind ${words(thing)}`);
        }
    }
    const stage = document.querySelector('.split-view, .stage');
    const [has, wants] = [stage?.getBoundingClientRect().height ?? 0, least * innerHeight];
    if (has < wants) wrong.add(`the stage is ${round(has)} of ${innerHeight} px high, ${round(100 * has / innerHeight)} %`);
    for (const over of document.querySelectorAll('.stage .menu, .demonstrations-menu')) {
        const box = over.getBoundingClientRect();
        const whole = over.closest('.stage')?.getBoundingClientRect() ?? view;
        if (box.left < whole.left - 1 || box.right > whole.right + 1 || box.top < whole.top - 1 || box.bottom > whole.bottom + 1) {
            wrong.add(`${words(over)} leaves the stage`);
        }
        const card = document.getElementById(`card-${over.ariaLabel?.match(/^Actions of n(\d+)$/)?.[1]}`);
        const both = card && meet(box, card.getBoundingClientRect());
        if (both && both.right - both.left > 1 && both.bottom - both.top > 1) wrong.add(`${words(over)} covers its card`);
    }
    return [...wrong];
}
