/** The answer to a request for an upgrade → the connection in its new protocol. Previous step: http-server.ts. */
import type { ServerResponse } from 'node:http'
import type { Answer } from '../requests/answer'
import { webSocketSink } from '../requests/stream-sink'
import {
  acceptWebSocket,
  offeredProtocols,
  type UpgradeRequest,
  wantsUpgrade,
} from '../requests/upgrade'

/** Subprotocols under which logs travel as base64 text instead of bytes. */
const BASE64 = /^base64\.(binary|channel)\.k8s\.io$/

/** Whether the connection now speaks another protocol. Watches and followed logs run over WebSockets too, as browsers need it. */
export function startUpgrade(
  upgrade: UpgradeRequest,
  response: ServerResponse,
  answer: Answer,
): boolean {
  if (answer.is === 'upgrade') {
    release(upgrade, response)
    answer.start(upgrade)
    return true
  }
  if (answer.is !== 'stream' || !wantsUpgrade(upgrade.http, 'websocket')) return false
  release(upgrade, response)
  const [protocol = ''] = offeredProtocols(upgrade.http)
  acceptWebSocket(upgrade, protocol, (socket) => {
    answer.start(webSocketSink(socket, BASE64.test(protocol)))
  })
  return true
}

/** The response that was there for a refusal lets go of the connection. */
function release({ socket }: UpgradeRequest, response: ServerResponse): void {
  response.detachSocket(socket as Parameters<ServerResponse['detachSocket']>[0])
}
