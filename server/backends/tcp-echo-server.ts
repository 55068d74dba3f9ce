/** The TCP side of the conformance image, in place of its HTTP servers when `TCP_ECHO_SERVER` is set. */
import { createServer, type Socket } from 'node:net'
import { CONNECTIONS_MAX, TCP_LINE_BYTES_MAX } from './limits'
import { type ListeningServer, listen } from './listening-server'

const WELCOME = 'Gateway API Test TCP Server\n'

/** Greets, then answers the lines `TEST` (with the text), `IS_TLS` and `PING`, and no others. Rejects with the system's error. */
export async function startTcpEchoServer(
  testAnswer: string,
  address: string,
  port: number,
): Promise<ListeningServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.write(WELCOME)
    answerLines(socket, testAnswer)
  })
  server.maxConnections = CONNECTIONS_MAX
  const actualPort = await listen(server, address, port)
  return {
    port: actualPort,
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const deadline = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, graceMs)
      await closed
      clearTimeout(deadline)
    },
  }
}

function answerLines(socket: Socket, testAnswer: string): void {
  const answers = new Map([
    ['TEST', testAnswer],
    ['IS_TLS', 'false'],
    ['PING', 'PONG'],
  ])
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const answer = answers.get(line.replace(/\r$/, ''))
      if (answer !== undefined) socket.write(`${answer}\n`)
    }
    if (rest.length > TCP_LINE_BYTES_MAX) socket.destroy()
  })
}
