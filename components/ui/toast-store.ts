/** The toasts on screen: a bounded list outside React, so that any handler can add one. */
import { Listeners } from '@/lib/shared/listeners'

export interface ToastMessage {
  readonly id: number
  readonly tone: 'ok' | 'warn' | 'bad'
  readonly title: string
  readonly description: string
}

/** More than this is noise; the oldest makes room. */
export const TOASTS_MAX = 4

let toasts: readonly ToastMessage[] = []
let nextId = 1
const listeners = new Listeners<[]>()

function publish(next: readonly ToastMessage[]): void {
  toasts = next
  listeners.tell()
}

/** Shows a message for a few seconds; screen readers announce it. */
export function showToast(toast: Omit<ToastMessage, 'id'>): void {
  publish([...toasts, { ...toast, id: nextId++ }].slice(-TOASTS_MAX))
}

export function dismissToast(id: number): void {
  publish(toasts.filter((toast) => toast.id !== id))
}

export const toastStore = {
  subscribe: (listener: () => void): (() => void) => listeners.add(listener),
  snapshot: (): readonly ToastMessage[] => toasts,
}
