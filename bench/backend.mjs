/** A backend that costs next to nothing: one prepared answer of about 0.5 kB per request, keep-alive. */
import { createServer } from 'node:net'

const body = 'x'.repeat(500)
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)
const END = Buffer.from('\r\n\r\n')

const POST = 'P'.charCodeAt(0)

const server = createServer({ noDelay: true }, (socket) => {
  /** Bytes of an upload still to come: it is answered behind its end. */
  let left = 0
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    if (left === 0 && bytes[0] === POST) {
      const head = bytes.toString('latin1', 0, bytes.indexOf(END))
      left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0) + head.length + 4
    }
    if (left > 0) {
      left = Math.max(0, left - bytes.length)
      if (left === 0) socket.write(answer)
      return
    }
    for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, at + 4))
      socket.write(answer)
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
