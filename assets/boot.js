// Starts Kvorum. Fetches the program and shows how far it is, hands the page to it, and says in
// plain words what is wrong when that fails. What to fetch stands in two <link>s that Trunk writes.
//
// Deliberately absent: anything about Kvorum itself. The program removes the loading line when it
// draws its first view.

class LoadError extends Error {}

const FAILURES = {
  unsupported:
    "Kvorum needs WebAssembly, which this browser does not have or has switched off. Open the page in a current version of Firefox, Chrome, Edge or Safari.",
  outdated:
    "This browser is too old to run Kvorum. Open the page in a current version of Firefox, Chrome, Edge or Safari.",
  load: "Kvorum could not be loaded. Check the connection and reload the page.",
  start: "Kvorum could not start because of an error in its program. Reload the page to try again.",
  run: "Kvorum has stopped because of an error in its program. Reload the page to start again.",
};

let failed = false;
let started = false;

function fail(kind, error) {
  console.error(error);
  if (failed) return;
  failed = true;
  document.getElementById("boot")?.remove();
  const line = document.createElement("p");
  line.id = "boot-failure";
  line.setAttribute("role", "alert");
  line.textContent = FAILURES[kind];
  document.body.prepend(line);
}

// After the start a fault of the program surfaces as an error of the page: the WebAssembly has
// stopped in the middle of its work and cannot be entered again.
function onError(error) {
  if (started && error instanceof WebAssembly.RuntimeError) fail("run", error);
}

// The response, counting its bytes into the progress bar as they arrive. Made anew, so that it
// compiles while it arrives even where the host does not know the type of a .wasm file.
async function fetchProgram(url) {
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new LoadError(`${url}: ${error.message}`);
  }
  if (!response.ok) throw new LoadError(`${url}: ${response.status} ${response.statusText}`);

  const bar = document.querySelector("#boot progress");
  // The length of a compressed response is not that of the bytes that are counted.
  const packed = response.headers.get("Content-Encoding");
  const total = packed ? 0 : Number(response.headers.get("Content-Length"));
  let received = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      if (bar && total > 0) bar.value = Math.min(received / total, 1);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), {
    headers: { "Content-Type": "application/wasm" },
  });
}

// A TypeError is a connection lost on the way, a LinkError two files of different builds.
async function start() {
  if (typeof WebAssembly !== "object") return fail("unsupported", "no WebAssembly");
  try {
    const program = fetchProgram(document.getElementById("kvorum-wasm").href);
    const glue = import(document.getElementById("kvorum-js").href).catch((error) => {
      throw new LoadError(error.message);
    });
    const [{ default: init }, response] = await Promise.all([glue, program]);
    await init({ module_or_path: response });
    started = true;
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) {
      fail("outdated", error);
    } else if ([LoadError, TypeError, WebAssembly.LinkError].some((kind) => error instanceof kind)) {
      fail("load", error);
    } else {
      fail("start", error);
    }
  }
}

addEventListener("error", (event) => onError(event.error));
addEventListener("unhandledrejection", (event) => onError(event.reason));
start();
