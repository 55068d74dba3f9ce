import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { GATEWAY_LIMITS } from '../bounds/limits'
import { closedPort, startRawPeer } from '../test-support/peers'
import { eventually } from '../test-support/test-gateway'
import { UpstreamPool } from './upstream-pool'

function startPool(port: number) {
  const pool = new UpstreamPool(GATEWAY_LIMITS, () => 0)
  return { pool, endpoint: pool.endpoint('127.0.0.1', port, 'http1') }
}

it('leaves an endpoint alone that refuses', async () => {
  const { pool, endpoint } = startPool(await closedPort())
  pool.acquire(endpoint)
  await eventually('the refusal', () => endpoint.refusals === 1)
  expect(pool.mayTry(endpoint)).toBe(false)
})

it('does not take a connection that was given up while it connected for a refusal', async () => {
  const peer = await startRawPeer(() => undefined)
  const { pool, endpoint } = startPool(peer.port)
  pool.acquire(endpoint).abandon()
  // The socket closes in the turn that begins now.
  await setImmediate()
  await setImmediate()
  expect(endpoint.refusals).toBe(0)
  expect(pool.mayTry(endpoint)).toBe(true)
  pool.closeAll()
  await peer.close()
})
