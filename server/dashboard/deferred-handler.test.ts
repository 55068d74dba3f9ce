import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createDeferredHandler, WAITING_REQUESTS_MAX } from './deferred-handler'

async function listen() {
  const deferred = createDeferredHandler()
  const server = createServer(deferred.listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { deferred, server, url: `http://127.0.0.1:${port}/` }
}

it('answers a request that came before there was a handler', async () => {
  const { deferred, server, url } = await listen()
  const early = fetch(url)
  await once(server, 'request')
  deferred.open((_request, response) => response.end('ready'))
  expect(await (await early).text()).toBe('ready')
  expect(await (await fetch(url)).text()).toBe('ready')
})

it('tells requests over the limit to come back', async () => {
  const { deferred, server, url } = await listen()
  let arrived = 0
  const full = new Promise<void>((resolve) => {
    server.on('request', () => {
      arrived += 1
      if (arrived === WAITING_REQUESTS_MAX) resolve()
    })
  })
  const held = Array.from({ length: WAITING_REQUESTS_MAX }, () => fetch(url))
  await full
  expect((await fetch(url)).status).toBe(503)
  deferred.open((_request, response) => response.end('ready'))
  const statuses = await Promise.all(held.map(async (response) => (await response).status))
  expect(new Set(statuses)).toEqual(new Set([200]))
})
