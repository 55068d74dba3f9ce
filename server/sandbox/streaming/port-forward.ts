/** Pods' ports over one connection. https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/ */
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { JsonObject } from '@/lib/shared/json'
import { nameOf, namespaceOf, uidOf } from '../api/api-object'
import type { PodAccess } from '../api/contracts'
import { FORWARD_PAIRS_MAX } from '../api/limits'
import { serveSpdy } from './spdy-session'

export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io'

export interface ForwardTarget {
  readonly pods: PodAccess
  readonly pod: JsonObject
}

/** Joins `data` with the Pod's port. What goes wrong is said on `errors`, in the kubelet's words; both end with the connection. */
export function forwardPort(
  target: ForwardTarget,
  port: number,
  data: Duplex,
  errors: Duplex,
): void {
  const { pods, pod } = target
  const fail = (why: string) => {
    const name = `${namespaceOf(pod)}/${nameOf(pod)}`
    errors.end(`error forwarding port ${port} to pod ${name}, uid ${uidOf(pod)}: ${why}`)
    data.end()
  }
  const address = pods.addressOf(uidOf(pod), port)
  if (address === undefined) {
    data.resume()
    fail(`dial tcp4 127.0.0.1:${port}: connect: connection refused`)
    return
  }
  const socket = connect({ ...address, allowHalfOpen: true })
  let isConnected = false
  socket.on('connect', () => {
    isConnected = true
  })
  // kubectl ends the whole forward for an error, so a Pod that hangs up on one connection is not one.
  socket.on('error', (error) => {
    if (!isConnected) fail(error.message)
  })
  socket.on('close', () => {
    if (isConnected) errors.end()
    data.end()
    // What the client still sends goes nowhere; left unread it would hold the client's other connections.
    data.resume()
  })
  data.on('close', () => socket.destroy())
  data.pipe(socket).pipe(data)
}

interface Pair {
  data?: Duplex
  errors?: Duplex
}

/** The protocol `portforward.k8s.io` over SPDY: an error stream and a data stream with one request id for each connection. */
export function servePortForward(connection: Duplex, head: Buffer, target: ForwardTarget): void {
  const waiting = new Map<string, Pair>()
  serveSpdy(connection, head, (stream, headers) => {
    const id = headers.get('requestid') ?? ''
    const port = Number(headers.get('port'))
    const type = headers.get('streamtype')
    const isValid = Number.isInteger(port) && port > 0 && port < 65_536
    if (!isValid || (type !== 'data' && type !== 'error') || waiting.size >= FORWARD_PAIRS_MAX) {
      stream.destroy()
      return
    }
    const pair = waiting.get(id) ?? {}
    if (type === 'data') pair.data = stream
    else pair.errors = stream
    waiting.set(id, pair)
    stream.on('close', () => {
      if (waiting.get(id) === pair) waiting.delete(id)
    })
    if (pair.data === undefined || pair.errors === undefined) return
    waiting.delete(id)
    pair.errors.resume()
    forwardPort(target, port, pair.data, pair.errors)
  })
}
