import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { HEARTBEAT, HEARTBEAT_TEXT } from '@/lib/dashboard-api/heartbeat'
import { type EventSink, eventStream } from './event-stream'

function open(begin: (sink: EventSink) => void = () => {}) {
  const abort = new AbortController()
  const request = new Request('http://127.0.0.1/api/live', { signal: abort.signal })
  let stops = 0
  let sink: EventSink | undefined
  const response = eventStream(request, (given) => {
    sink = given
    begin(given)
    return () => {
      stops += 1
    }
  })
  return { abort, response, stopped: () => stops, sink: () => sink }
}

describe('eventStream', () => {
  it('stops what feeds it once, whichever sides end it', async () => {
    const { abort, response, stopped, sink } = open()
    sink()?.send('change', 1)
    sink()?.close()
    sink()?.close()
    abort.abort()
    sink()?.send('change', 2)
    expect(await response.text()).toBe('event: change\ndata: 1\n\n')
    expect(stopped()).toBe(1)
  })

  it('says that it is still there, by an event that pages see', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { response, sink } = open()
    vi.advanceTimersByTime(HEARTBEAT.intervalMs)
    sink()?.close()
    vi.advanceTimersByTime(HEARTBEAT.intervalMs)
    expect(await response.text()).toBe(HEARTBEAT_TEXT)
  })

  it('stops what feeds it when its reader leaves', async () => {
    const { abort, response, stopped, sink } = open()
    await response.body?.cancel()
    abort.abort()
    sink()?.send('change', 1)
    expect(stopped()).toBe(1)
  })

  it('stops what feeds it when it ended while that began', async () => {
    const { response, stopped } = open((sink) => sink.close())
    expect(await response.text()).toBe('')
    expect(stopped()).toBe(1)
  })

  it('ends, to begin anew with its browser, when more waits than it may hold', async () => {
    const { response, stopped } = open((sink) => {
      for (let i = 0; i < 2_000; i += 1) sink.send('change', i)
    })
    expect(stopped()).toBe(1)
    expect((await response.text()).match(/event: change/g)).toHaveLength(1_000)
  })
})
