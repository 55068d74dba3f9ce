/** A backend that costs next to nothing: one prepared answer of about 0.5 kB per request, keep-alive. */
import { createServer } from 'node:net'

const body = 'x'.repeat(500)
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)
const END = Buffer.from('\r\n\r\n')

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, at + 4))
      socket.write(answer)
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
