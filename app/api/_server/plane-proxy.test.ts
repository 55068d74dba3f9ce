import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { GET as getSeries } from '../series/route'
import { GET as streamSeries } from '../series/stream/route'
import { DELETE as stopRun } from '../traffic/[id]/route'

async function startPlane(setting: string, listener: RequestListener): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  })
  process.env[setting] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  delete process.env['MIRRORBOARD_OBSERVER_URL']
  delete process.env['MIRRORBOARD_TRAFFIC_URL']
})

async function until(is: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!is()) {
    if (Date.now() > deadline) throw new Error('Waited in vain.')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

describe('a proxied plane', () => {
  test('is asked the same question, and its answer passes with its status', async () => {
    await startPlane('MIRRORBOARD_OBSERVER_URL', (request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ code: 'bad-request', message: request.url }))
    })
    const answer = await getSeries(new Request('http://x/api/series?route=a/b&range=60'))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await answer.json()).toMatchObject({ message: '/series?route=a/b&range=60' })
  })

  test('passes method and id', async () => {
    await startPlane('MIRRORBOARD_TRAFFIC_URL', (request, response) => {
      response.end(JSON.stringify({ asked: `${request.method} ${request.url}` }))
    })
    const params = Promise.resolve({ id: 'a/b' })
    const answer = await stopRun(new Request('http://x/', { method: 'DELETE' }), { params })
    expect(await answer.json()).toEqual({ asked: 'DELETE /runs/a%2Fb' })
  })

  test('that is not there, or not configured, is named in a sentence', async () => {
    const none = await getSeries(new Request('http://x/api/series'))
    expect(none.status).toBe(503)
    expect(await none.json()).toMatchObject({ code: 'observer-unreachable' })
    process.env['MIRRORBOARD_OBSERVER_URL'] = 'http://127.0.0.1:1'
    const gone = await getSeries(new Request('http://x/api/series'))
    expect(gone.status).toBe(503)
    expect((await gone.json()).message).toMatch(/^The observer does not answer/)
  })

  test.each(['the browser leaves', 'the reader stops'])(
    'has its stream ended when %s',
    async (how) => {
      let isOpen = false
      await startPlane('MIRRORBOARD_OBSERVER_URL', (_, response) => {
        isOpen = true
        response.on('close', () => {
          isOpen = false
        })
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('event: window\ndata: {}\n\n')
      })
      const abort = new AbortController()
      const { signal } = abort
      const answer = await streamSeries(new Request('http://x/api/series/stream', { signal }))
      expect(answer.headers.get('content-type')).toBe('text/event-stream')
      const reader = answer.body?.getReader()
      const first = await reader?.read()
      expect(new TextDecoder().decode(first?.value)).toContain('event: window')
      expect(isOpen).toBe(true)
      if (how === 'the browser leaves') abort.abort()
      else await reader?.cancel()
      await until(() => !isOpen)
    },
  )

  test('that stops ends the stream without an error', async () => {
    await startPlane('MIRRORBOARD_OBSERVER_URL', (_, response) => {
      response.write('event: window\ndata: {}\n\n', () => response.destroy())
    })
    const answer = await streamSeries(new Request('http://x/api/series/stream'))
    expect(await answer.text()).toContain('event: window')
  })
})
