import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { closedPort, startRawPeer } from '../test-support/peers'
import { mirror, route, rule } from '../test-support/route-tables'
import { connectRaw, eventually, startTestGateway } from '../test-support/test-gateway'

const MIB = 1024 * 1024
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(onConnection: (socket: Socket) => void) {
  const gateway = await startTestGateway({ drainMs: 300 })
  const peer = await startRawPeer(onConnection)
  closers.push(
    () => gateway.stop(),
    () => peer.close(),
  )
  await gateway.serve([route('r', [rule({ mirrors: [mirror('down')] })])], {
    primary: [peer.port],
    down: [await closedPort()],
  })
  return gateway
}

/** Writes until the other side has taken nothing for a while. Returns how much went, in bytes. */
async function pourInto(socket: Socket, bytesMax: number): Promise<number> {
  const piece = Buffer.alloc(65_536)
  let stalledSince = performance.now()
  let handed = 0
  while (handed < bytesMax && performance.now() - stalledSince < 500) {
    if (socket.writableLength < MIB) {
      socket.write(piece)
      handed += piece.length
      stalledSince = performance.now()
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return handed - socket.writableLength
}

describe('back-pressure', () => {
  it('holds the backend back while the client does not read, and lets go when it does', async () => {
    let backend: Socket | undefined
    const gateway = await start((socket) => {
      socket.once('data', () => {
        backend = socket
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${256 * MIB}\r\n\r\n`)
      })
    })
    const client = await connectRaw(gateway.address, gateway.port)
    client.socket.pause()
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually('the request', () => backend !== undefined)
    if (backend === undefined) return
    const taken = await pourInto(backend, 200 * MIB)
    expect(taken).toBeLessThan(64 * MIB)
    let received = 0
    client.socket.removeAllListeners('data')
    client.socket.on('data', (bytes: Buffer) => {
      received += bytes.length
    })
    client.socket.resume()
    await eventually('the rest', () => received > taken)
    client.socket.destroy()
  })

  it('holds the client back while the backend does not read, and lets go when it does', async () => {
    let backend: Socket | undefined
    let received = 0
    const gateway = await start((socket) => {
      socket.pause()
      socket.on('data', (bytes: Buffer) => {
        received += bytes.length
      })
      socket.pause()
      backend = socket
    })
    const client = await connectRaw(gateway.address, gateway.port)
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${256 * MIB}\r\n\r\n`)
    const taken = await pourInto(client.socket, 200 * MIB)
    expect(taken).toBeLessThan(64 * MIB)
    backend?.resume()
    await eventually('the rest', () => received > taken)
    client.socket.destroy()
  })
})
