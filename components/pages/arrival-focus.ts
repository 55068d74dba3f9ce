'use client'

import { type RefObject, useEffect, useRef } from 'react'

let awaited: string | null = null

/** The page of `namespace/name`, when it comes next, takes the focus: what had it is gone with the page before. */
export function rememberArrival(route: string): void {
  awaited = route
}

/** For the heading of a route's page: focused once where an apply led there. The heading needs tabIndex -1. */
export function useArrivalFocus(route: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (awaited !== route) return
    // The dialog that was just closed gives the focus back in a task of its own; this comes after it.
    const timer = setTimeout(() => {
      awaited = null
      heading.current?.focus()
    }, 50)
    return () => clearTimeout(timer)
  }, [route])
  return heading
}
