'use client'

import { useEffect, useState } from 'react'
import { apiPath } from '@/lib/dashboard-api/paths'
import { request, toDashboardError } from './dashboard-client'
import { appendLog, EMPTY_LOG, type LogBuffer } from './log-buffer'

const TAIL_LINES = 200
const FLUSH_MS = 150

export interface PodLog {
  readonly log: LogBuffer
  readonly state: 'loading' | 'following' | 'ended' | 'failed'
  readonly message: string
}

const LOADING: PodLog = { log: EMPTY_LOG, state: 'loading', message: '' }

/** Reads chunks until the stream ends; `onText` gets what arrived. */
async function readText(path: string, signal: AbortSignal, onText: (text: string) => void) {
  const response = await request(path, { signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onText(value)
  }
}

/** A Pod's newest lines, then each line as it is written, while `isFollowing`. Lines are bounded by the buffer. */
export function usePodLog(namespace: string, name: string, isFollowing: boolean): PodLog {
  const [podLog, setPodLog] = useState<PodLog>(LOADING)
  useEffect(() => {
    if (!isFollowing) return
    const abort = new AbortController()
    let pending = ''
    setPodLog(LOADING)
    const flush = () => {
      if (pending === '') return
      const text = pending
      pending = ''
      setPodLog(({ log }) => ({ log: appendLog(log, text), state: 'following', message: '' }))
    }
    const timer = setInterval(flush, FLUSH_MS)
    const path = `${apiPath.podLog(namespace, name)}?follow=true&tailLines=${TAIL_LINES}`
    readText(path, abort.signal, (text) => {
      pending += text
    }).then(
      () => {
        flush()
        if (!abort.signal.aborted) setPodLog((now) => ({ ...now, state: 'ended' }))
      },
      (error: unknown) => {
        if (abort.signal.aborted) return
        flush()
        const { message } = toDashboardError(error)
        setPodLog((now) => ({ ...now, state: 'failed', message }))
      },
    )
    return () => {
      clearInterval(timer)
      abort.abort()
    }
  }, [namespace, name, isFollowing])
  return podLog
}
