/** A mirror in one kind of trouble, named by its argument; reports its port. */
import { createServer } from 'node:net'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const END = Buffer.from('\r\n\r\n')
const block = Buffer.alloc(65_536)

/** Calls back once for each request that arrives. */
function onRequests(socket, answer) {
  socket.on('data', (bytes) => {
    for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, at + 4)) answer()
  })
}

const TROUBLES = {
  'answers at once': (socket) => onRequests(socket, () => socket.write(OK)),
  'is 10 × slower': (socket) => onRequests(socket, () => setTimeout(() => socket.write(OK), 10)),
  'answers after 2 s': (socket) => {
    onRequests(socket, () => setTimeout(() => socket.write(OK), 2000))
  },
  hangs: (socket) => socket.resume(),
  'never reads': (socket) => socket.pause(),
  'trickles its answer': (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
      const timer = setInterval(() => socket.write('.'), 100)
      socket.on('close', () => clearInterval(timer))
    })
  },
  resets: (socket) => socket.resetAndDestroy(),
  'answers garbage': (socket) => {
    onRequests(socket, () => socket.write('SSH-2.0-x\r\n\r\n'))
  },
  'answers 1 GB': (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write(block));
      }
      socket.on('drain', more)
      more()
    })
  },
  // Its parent stops the process: the queue fills, then the system drops what comes.
  'does not answer SYNs': () => undefined,
}

export const TROUBLE_NAMES = Object.keys(TROUBLES)

const trouble = TROUBLES[process.argv[2]]
if (process.send !== undefined && trouble !== undefined) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => undefined)
    trouble(socket)
  })
  // The queue that is to be filled is short: what fills it sends its SYNs again and again as well.
  const backlog = process.argv[2] === 'does not answer SYNs' ? 1 : 512
  server.listen({ port: 0, host: '127.0.0.1', backlog }, () =>
    process.send({ port: server.address().port }),
  )
  process.on('disconnect', () => process.exit(0))
}
