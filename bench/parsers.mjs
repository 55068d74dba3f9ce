/**
 * What reading messages costs: the gateway's own byte parser beside llhttp, the parser inside Node, as JavaScript reaches it.
 *
 *   node bench/parsers.mjs [--messages=200000] [--repeats=7]
 *
 * The same bytes to both, heads as browsers and servers send them; nothing is forwarded. Repeats are interleaved, medians
 * reported: nanoseconds a message. llhttp is reached by a module that Node keeps to itself, which is good enough here.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { bundle, median, readOptions, workDirectory } from './harness.mjs'

const options = readOptions({ messages: 200_000, repeats: 7 })
const work = workDirectory()
const { RequestHead } = await bundle(work, {
  request: 'server/gateway/http/request-head.ts',
  response: 'server/gateway/http/response-parser.ts',
  lines: 'server/gateway/http/header-lines.ts',
  limits: 'server/gateway/bounds/limits.ts',
})
const { ResponseParser } = await import(join(work, 'response.mjs'))
const { HeaderLines, findHeadEnd } = await import(join(work, 'lines.mjs'))
const { GATEWAY_LIMITS } = await import(join(work, 'limits.mjs'))
const { HTTPParser } = createRequire(import.meta.url)('_http_common')

const SHORT_REQUEST =
  'GET /bench HTTP/1.1\r\nHost: backends.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n'
const BROWSER_LINES = [
  'Host: backends.example',
  'Connection: keep-alive',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9',
  'Cache-Control: max-age=0',
  `Cookie: session=${'a1'.repeat(60)}`,
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: none',
  'Upgrade-Insecure-Requests: 1',
]
const BROWSER_REQUEST = `GET /a/b?c=d HTTP/1.1\r\n${BROWSER_LINES.join('\r\n')}\r\n\r\n`
const RESPONSE = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Length: 500\r\n\r\n${'x'.repeat(500)}`

/** What was read, so that neither is given the work of nothing. */
let seen = 0

function ownRequests(bytes) {
  const head = new RequestHead()
  return () => {
    if (head.read(bytes, 0, findHeadEnd(bytes, 0, 0), GATEWAY_LIMITS) !== 'ok')
      throw new Error('unread')
    seen += head.path.length
  }
}

function ownResponses(bytes) {
  const parser = new ResponseParser(GATEWAY_LIMITS.responseHeadBytesMax, new HeaderLines())
  const sink = {
    onInterim() {},
    onHead: ({ status }) => {
      seen += status
    },
    onBody: ({ length }) => {
      seen += length
    },
    onEnd: () => seen++,
    onTunnelBytes() {},
  }
  const expected = { isHead: false, wantsTunnel: false, decodeChunks: false }
  return () => {
    parser.expect(expected)
    if (parser.push(bytes, sink) !== bytes.length) throw new Error('unread')
  }
}

function llhttp(type, bytes) {
  const parser = new HTTPParser()
  parser.initialize(type, {})
  parser[HTTPParser.kOnHeadersComplete] = (_major, _minor, headers, _method, url, status) => {
    seen += headers.length + (url?.length ?? status)
  }
  parser[HTTPParser.kOnBody] = ({ length }) => {
    seen += length
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    seen++
  }
  return () => {
    if (parser.execute(bytes) !== bytes.length) throw new Error('unread')
  }
}

function nanoseconds(read) {
  const begun = process.hrtime.bigint()
  for (let count = 0; count < options.messages; count++) read()
  return Number(process.hrtime.bigint() - begun) / options.messages
}

const MESSAGES = [
  ['a short request', SHORT_REQUEST, ownRequests, HTTPParser.REQUEST],
  ['a browser’s request', BROWSER_REQUEST, ownRequests, HTTPParser.REQUEST],
  ['a response of 500 bytes', RESPONSE, ownResponses, HTTPParser.RESPONSE],
]
console.log('| ns a message | own parser | llhttp in Node | own ÷ llhttp |\n|---|---|---|---|')
for (const [name, text, own, type] of MESSAGES) {
  const bytes = Buffer.from(text, 'latin1')
  const readers = [own(bytes), llhttp(type, bytes)]
  const times = readers.map(() => [])
  for (let repeat = 0; repeat <= options.repeats; repeat++) {
    readers.forEach((read, index) => {
      const time = nanoseconds(read)
      // The first one warms up.
      if (repeat > 0) times[index].push(time)
    })
  }
  const [ours, theirs] = times.map(median)
  console.log(
    `| ${name} | ${Math.round(ours)} | ${Math.round(theirs)} | ${(ours / theirs).toFixed(2)} |`,
  )
}
if (seen === 0) throw new Error('Nothing was read.')
