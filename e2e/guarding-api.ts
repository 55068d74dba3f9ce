/** A door in front of the world's API server that has opinions of its own, as webhooks and RBAC have. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as requestTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { worldKubeconfig } from './second-mirrorboard'

export interface GuardingApi {
  /** Path of the kubeconfig that leads through the door. */
  readonly kubeconfig: string
  stop(): void
}

interface Opinions {
  /** Objects by name that nobody may change, and a resource of which nobody may change any. */
  readonly guarded: string
  readonly guardedResource?: string
  /** Resources that nobody may list or watch. */
  readonly unread?: readonly string[]
  /** An object by name, and what becomes of a manifest that is applied to it. */
  readonly mutated: string
  mutate(manifest: string): string
}

/** Opens the door on a free port; everything it has no opinion of goes through. */
export async function startGuardingApi(opinions: Opinions): Promise<GuardingApi> {
  const world = readFileSync(worldKubeconfig, 'utf8')
  const [, server = ''] = /server: (\S+)/.exec(world) ?? []
  const [, authority = ''] = /certificate-authority-data: (\S+)/.exec(world) ?? []
  const ca = Buffer.from(authority, 'base64')
  const door = createServer((request, response) => {
    void answer(request, response, { ...opinions, server, ca })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const { port } = door.address() as AddressInfo
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'mirrorboard-e2e-door-')), 'kubeconfig')
  const led = world
    .replace(server, `http://127.0.0.1:${port}`)
    .replace(/ *certificate-authority-data: .*\n/, '')
  writeFileSync(kubeconfig, led, { mode: 0o600 })
  return {
    kubeconfig,
    stop: () => {
      door.close()
      door.closeAllConnections()
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  world: Opinions & { server: string; ca: Buffer },
): Promise<void> {
  const { method = 'GET', url = '/' } = request
  const name = new URL(url, 'http://door').pathname.split('/').at(-1)
  const body = await text(request)
  if (name === 'selfsubjectaccessreviews') {
    const { spec } = JSON.parse(body)
    const { name: asked, resource } = spec.resourceAttributes
    const allowed = asked !== world.guarded && resource !== world.guardedResource
    const status = { allowed, reason: allowed ? '' : 'RBAC: no rule matches' }
    return send(response, 201, { ...JSON.parse(body), status })
  }
  if (name === world.guarded && method !== 'GET') {
    const message = `httproutes "${name}" is forbidden: User "viewer" cannot ${method.toLowerCase()} resource "httproutes"`
    return send(response, 403, {
      kind: 'Status',
      apiVersion: 'v1',
      code: 403,
      reason: 'Forbidden',
      message,
    })
  }
  if (method === 'GET' && world.unread?.includes(name ?? '')) {
    const message = `${name} is forbidden: User "viewer" cannot list resource "${name}" at the cluster scope`
    return send(response, 403, {
      kind: 'Status',
      apiVersion: 'v1',
      code: 403,
      reason: 'Forbidden',
      message,
    })
  }
  const isMutated = name === world.mutated && method === 'PATCH'
  const sent = isMutated ? world.mutate(body) : body
  const { 'content-length': _, host: __, ...headers } = request.headers
  const onward = requestTls(new URL(url, world.server), { method, headers, ca: world.ca })
  onward.on('response', (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers)
    // A watch that has nothing to say yet is open all the same.
    response.flushHeaders()
    answered.pipe(response)
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  onward.end(sent)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
