/** The subresources of a Pod that take the connection over: portforward, and exec and attach, which have nothing to run. */
import { createWebSocketStream } from 'ws'
import type { JsonObject } from '@/lib/shared/json'
import { nameOf, objectAt, textAt } from '../api/api-object'
import { FORWARD_PORTS_MAX, PORT_FORWARDS_MAX } from '../api/limits'
import type { ApiStatus } from '../api/outcome'
import { badRequest, internal, tooManyRequests } from '../api/status-error'
import { type Answer, failed } from '../requests/answer'
import type { ApiRequest, ServerContext } from '../requests/api-request'
import {
  acceptProtocol,
  acceptWebSocket,
  offeredProtocols,
  wantsUpgrade,
} from '../requests/upgrade'
import { type ForwardTarget, PORT_FORWARD_PROTOCOL, servePortForward } from './port-forward'
import { portsOf, serveChannels } from './port-forward-channels'

const SPDY = 'SPDY/3.1'
/** SPDY inside WebSocket messages, which kubectl tries first. */
const TUNNEL = `${SPDY}+${PORT_FORWARD_PROTOCOL}`
const CHANNELS = 'v4.channel.k8s.io'

/** Answers exec and attach: a Pod is a part of the sandbox's process, there is nothing to enter. */
export function refuseExec(pod: JsonObject): Answer {
  const why =
    'has no program to run: it is an echo server inside the sandbox; read its log with "kubectl logs", reach its ports with "kubectl port-forward"'
  return failed(badRequest(`pod ${nameOf(pod)} ${why}`))
}

/** Why a Pod takes no container to debug it with. */
export function debugRefusal(pod: JsonObject): ApiStatus {
  const why =
    'takes no debug container: it is an echo server inside the sandbox, which has no other program to run beside it; read its log with "kubectl logs", reach its ports with "kubectl port-forward"'
  return badRequest(`pod ${nameOf(pod)} ${why}`)
}

/** Forwards ports of a running Pod, by SPDY, by SPDY in a WebSocket, or by WebSocket channels. */
export function forwardPorts(request: ApiRequest, pod: JsonObject): Answer {
  const { context, http } = request
  const phase = textAt(objectAt(pod, 'status'), 'phase')
  if (context.pods === undefined || phase !== 'Running') {
    const why = `unable to forward port because pod is not running. Current status=${phase}`
    return failed(internal(why))
  }
  if (context.forwards.size >= PORT_FORWARDS_MAX) {
    return failed(tooManyRequests('too many port forwards'))
  }
  const target = { pods: context.pods, pod }
  if (wantsUpgrade(http, SPDY)) return overSpdy(context, target)
  if (!wantsUpgrade(http, 'websocket')) return failed(badRequest('Upgrade request required'))
  const offered = offeredProtocols(http)
  if (offered.includes(TUNNEL)) return overTunnel(context, target)
  if (offered.includes(CHANNELS)) return overChannels(request, target)
  return failed(badRequest(`the subprotocols of a port forward are ${TUNNEL} and ${CHANNELS}`))
}

function overSpdy(context: ServerContext, target: ForwardTarget): Answer {
  return {
    is: 'upgrade',
    start(upgrade) {
      acceptProtocol(upgrade, SPDY, { 'X-Stream-Protocol-Version': PORT_FORWARD_PROTOCOL })
      upgrade.socket.on(
        'close',
        hold(context, () => upgrade.socket.destroy()),
      )
      servePortForward(upgrade.socket, upgrade.head, target)
    },
  }
}

function overTunnel(context: ServerContext, target: ForwardTarget): Answer {
  return {
    is: 'upgrade',
    start: (upgrade) =>
      acceptWebSocket(upgrade, TUNNEL, (socket) => {
        socket.on(
          'close',
          hold(context, () => socket.terminate()),
        )
        servePortForward(createWebSocketStream(socket), Buffer.alloc(0), target)
      }),
  }
}

function overChannels({ context, query }: ApiRequest, target: ForwardTarget): Answer {
  const ports = portsOf(query, FORWARD_PORTS_MAX)
  if (ports === undefined) {
    return failed(badRequest(`"ports" must name one to ${FORWARD_PORTS_MAX} ports`))
  }
  return {
    is: 'upgrade',
    start: (upgrade) =>
      acceptWebSocket(upgrade, CHANNELS, (socket) => {
        socket.on(
          'close',
          hold(context, () => socket.terminate()),
        )
        serveChannels(socket, ports, target)
      }),
  }
}

/** Registers an open forward, which ends with the server. Returns what forgets it. */
function hold({ forwards }: ServerContext, end: () => void): () => void {
  forwards.add(end)
  return () => forwards.delete(end)
}
