'use client'

import { useEffect, useState } from 'react'

/** The time in epoch milliseconds, renewed every `intervalMs`; 0 while rendering on the server. */
export function useNow(intervalMs: number): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), intervalMs)
    return () => clearInterval(timer)
  }, [intervalMs])
  return now
}
