import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GATEWAY_LIMITS } from '../bounds/limits'
import { closedPort, startRawPeer } from '../test-support/peers'
import { eventually } from '../test-support/test-gateway'
import { UpstreamConnection } from './upstream-connection'
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

describe('a connection that is given back', () => {
  async function startOne() {
    const peer = await startRawPeer(() => undefined)
    onTestFinished(() => peer.close())
    const { pool, endpoint } = startPool(peer.port)
    onTestFinished(() => pool.closeAll())
    const connection = pool.acquire(endpoint)
    if (!(connection instanceof UpstreamConnection)) throw new Error('it speaks HTTP/1')
    await eventually('the connection', () => connection.isConnected)
    return { pool, endpoint, connection }
  }

  it('twice is kept once, so that no two requests share it', async () => {
    const { pool, endpoint, connection } = await startOne()
    pool.release(connection)
    pool.release(connection)
    expect(pool.acquire(endpoint)).toBe(connection)
    expect(pool.acquire(endpoint)).not.toBe(connection)
  })

  it('after it was given up is not kept', async () => {
    const { pool, endpoint, connection } = await startOne()
    connection.abandon()
    pool.release(connection)
    connection.abandon()
    expect(pool.acquire(endpoint)).not.toBe(connection)
  })

  it('and given up later leaves its successor alone', async () => {
    const { pool, endpoint, connection } = await startOne()
    pool.release(connection)
    connection.abandon()
    const successor = pool.acquire(endpoint)
    expect(successor).not.toBe(connection)
    connection.abandon()
    pool.forget(connection)
    if (!(successor instanceof UpstreamConnection)) throw new Error('it speaks HTTP/1')
    await eventually('the successor', () => successor.isConnected)
    pool.release(successor)
    expect(pool.acquire(endpoint)).toBe(successor)
  })
})
