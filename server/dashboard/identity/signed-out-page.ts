/** What somebody without a session sees: how to get in, whoever they are. Stands alone: no script, no other request. */
import type { ServerResponse } from 'node:http'

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:Canvas;color:CanvasText}
main{max-width:34rem;padding:2rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0}
code{display:block;padding:.75rem 1rem;border:1px solid color-mix(in srgb,CanvasText 25%,transparent);border-radius:.5rem;overflow-wrap:anywhere;user-select:all}`

export interface SignedOut {
  /** One sentence: why there is no session. */
  readonly reason: string
  /** What to run to get a link. */
  readonly command: string
}

/** Answers 401 with the page. */
export function answerSignedOut(response: ServerResponse, { reason, command }: SignedOut): void {
  response.writeHead(401, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  })
  response.end(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Mirrorboard</title><style>${STYLE}</style></head>
<body><main>
<h1>Sign in to Mirrorboard</h1>
<p>${escaped(reason)}</p>
<p>Whoever started this Mirrorboard gets in by a link that works once. It was printed at the start; this prints the next one:</p>
<code>${escaped(command)}</code>
</main></body>
</html>
`)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}
