// Brings the page to one state after another, and measures each. The arguments: the screen's `mode` (nothing in a frame
// of another page), whether it is a `projector`'s, the `least` part of the height for the stage. `OPENS`, `prepare` and
// `measure` are defined before.
const [{ mode, projector, least }, done] = arguments;

const one = selector => document.querySelector(selector);
const page = () => one('.page');
const press = (key, on = document.body) => on?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const click = selector => one(selector)?.click();
const named = words => [...document.querySelectorAll('button')].find(it => (it.ariaLabel ?? it.innerText).trim() === words);
const item = words => [...document.querySelectorAll('.menu-item')].find(it => it.innerText.startsWith(words));
const frames = left => new Promise(over => {
    const next = left => left ? requestAnimationFrame(() => next(left - 1)) : over();
    next(left);
});
const until = async is => {
    for (let left = 300; left; left -= 1) {
        if (is()) return true;
        await frames(1);
    }
    return false;
};
// Takes a line of the console, where there is one.
const line = async words => {
    press('c');
    await until(() => one('.console-form input'));
    one('.console-form input').value = words;
    one('.console-form input').dispatchEvent(new Event('input', { bubbles: true }));
    one('.console-form').requestSubmit();
    await frames(4);
};
const isShown = selector => [...document.querySelectorAll(selector)].some(it => it.checkVisibility({ visibilityProperty: true }));

const show = async () => {
    const shown = () => page().dataset;
    const isProjector = () => shown().projector !== undefined;
    if (mode === null) return;
    if (isProjector() && !projector) {
        press('p');
        await until(() => !isProjector());
    }
    for (let left = 3; left && !isProjector() && shown().mode !== mode; left -= 1) {
        press('q');
        await frames(1);
    }
    if (projector && !isProjector()) press('p');
    await until(() => isProjector() === projector && shown().mode === mode);
};

// Closes whatever is open.
const tidy = async () => {
    document.querySelectorAll('dialog[open]').forEach(it => it.close());
    click('.demonstrations-back');
    // Elsewhere this key would end a demonstration.
    press('Escape', one('.stage .menu'));
    click('.sheet-buttons [aria-expanded="true"]');
    press('v');
    if (one('.transport[data-past]')) press('n');
    document.activeElement?.blur();
    scrollTo(0, 0);
    await frames(1);
};

const all = async () => {
    await prepare();
    await show();
    const found = [];
    for (const { name, go, shows } of OPENS) {
        await tidy();
        await go();
        let wrong = await until(() => isShown(shows)) ? null : [`${shows} is not shown`];
        await frames(2);
        wrong ??= measure(least);
        // What moves is at rest a little later.
        if (wrong.length) {
            await frames(15);
            wrong = isShown(shows) ? measure(least) : wrong;
        }
        if (wrong.length) found.push([name, wrong]);
    }
    await tidy();
    return found;
};
all().then(done, error => done([['all', [String(error)]]]));
