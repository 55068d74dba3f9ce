/**
 * Port forwarding as clients without SPDY do it (JavaScript, Python): WebSocket messages whose first byte is a channel,
 * two for each port, of which the second carries errors. The first message of a channel is the port.
 */
import { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { type ForwardTarget, forwardPort } from './port-forward'

/** The ports of `?ports=`, in the order of their channels; undefined when one is not a port or there are none or too many. */
export function portsOf(query: URLSearchParams, limit: number): number[] | undefined {
  const ports = query
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number)
  const isValid = ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)
  return isValid && ports.length > 0 && ports.length <= limit ? ports : undefined
}

/** Serves the ports until the client leaves. */
export function serveChannels(
  socket: WebSocket,
  ports: readonly number[],
  target: ForwardTarget,
): void {
  const channels = ports.flatMap((port, index) => {
    const pair = [channel(socket, index * 2, port), channel(socket, index * 2 + 1, port)] as const
    pair[1].resume()
    forwardPort(target, port, ...pair)
    return pair
  })
  socket.on('message', (message: Buffer) => {
    const to = channels[message[0] ?? -1]
    if (to === undefined || to.destroyed) return
    if (to.push(message.subarray(1))) return
    // One reader that is full holds them all: the messages share a connection.
    socket.pause()
    to.once('resume-messages', () => socket.resume())
  })
  socket.on('close', () => {
    for (const each of channels) each.destroy()
  })
}

function channel(socket: WebSocket, number: number, port: number): Duplex {
  const first = Buffer.alloc(3)
  first.writeUInt8(number)
  first.writeUInt16LE(port, 1)
  socket.send(first)
  const stream: Duplex = new Duplex({
    read: () => void stream.emit('resume-messages'),
    write: (chunk: Buffer, _encoding, done) =>
      socket.send(Buffer.concat([Buffer.from([number]), chunk]), done),
  })
  stream.on('error', () => undefined)
  return stream
}
