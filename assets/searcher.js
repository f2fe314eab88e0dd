// A worker of the search for a run that breaks a property. Starts the program once more, which finds
// no page here and waits to be told what to search. Where the program lies stands in the address, since
// its files are named by their content.

const { glue, program } = Object.fromEntries(new URL(location.href).searchParams);

import(glue)
  .then(({ default: init }) => init({ module_or_path: program }))
  .catch((error) => postMessage(`failed ${error.message}`));
