'use client'

import { X } from 'lucide-react'
import { Toast } from 'radix-ui'
import { useSyncExternalStore } from 'react'
import { StatusIcon } from './status-icon'
import { dismissToast, type ToastMessage, toastStore } from './toast-store'

const NONE: readonly ToastMessage[] = []

export function Toaster() {
  const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.snapshot, () => NONE)
  return (
    <Toast.Provider label="Notification" duration={6000}>
      {toasts.map((toast) => (
        <Toast.Root
          key={toast.id}
          type={toast.tone === 'bad' ? 'foreground' : 'background'}
          onOpenChange={(open) => {
            if (!open) dismissToast(toast.id)
          }}
          className="flex items-start gap-2.5 rounded-lg border border-line bg-panel px-3 py-2.5 shadow-[var(--shadow)]"
        >
          <StatusIcon status={toast.tone} className="mt-0.5" />
          <div className="min-w-0 flex-1">
            <Toast.Title className="font-medium">{toast.title}</Toast.Title>
            {toast.description === '' ? null : (
              <Toast.Description className="text-xs text-muted">
                {toast.description}
              </Toast.Description>
            )}
          </div>
          <Toast.Close aria-label="Dismiss" className="rounded p-0.5 text-muted hover:text-fg">
            <X size={14} aria-hidden />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-4 bottom-4 z-30 flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2 outline-none" />
    </Toast.Provider>
  )
}
