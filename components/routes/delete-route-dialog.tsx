'use client'

import { type FormEvent, useState } from 'react'
import { useDenial } from '@/components/data/access'
import { useDeleteObject } from '@/components/data/mutations'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/field'
import { Modal } from '@/components/ui/modal'
import { Notice } from '@/components/ui/notice'
import { showToast } from '@/components/ui/toast-store'
import { apiVersionOf, KINDS } from '@/lib/gateway-api/kinds'
import type { RouteSummary } from '@/lib/gateway-api/route-summary'

const HTTP_ROUTE = { apiVersion: apiVersionOf(KINDS.httproutes), kind: KINDS.httproutes.kind }

interface DeleteRouteDialogProps {
  route: RouteSummary
  uid: string | undefined
  onClose: () => void
  onDeleted: () => void
}

/** Says what stops working, and asks for the name. */
export function DeleteRouteDialog({ route, uid, onClose, onDeleted }: DeleteRouteDialogProps) {
  const [typed, setTyped] = useState('')
  const { mutate, isPending, error } = useDeleteObject()
  const { namespace, name } = route
  const hosts = route.hostnames.length === 0 ? 'any host' : route.hostnames.join(', ')
  const denial = useDenial([{ verb: 'delete', ...HTTP_ROUTE, namespace, name }])
  const waiting = typed === name ? (isPending ? 'Deleting' : undefined) : 'Type the name first'
  const blocker = denial ?? waiting
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (blocker !== undefined) return
    mutate(
      { plural: 'httproutes', namespace, name, uid },
      {
        onSuccess: () => {
          showToast({ tone: 'ok', title: `HTTPRoute ${route.key} deleted`, description: '' })
          onDeleted()
        },
      },
    )
  }
  return (
    <Modal
      onClose={onClose}
      title={`Delete ${route.key}?`}
      description={`Requests for ${hosts} that this route takes will be answered with 404, and its mirroring stops.`}
      width="sm"
    >
      <form onSubmit={onSubmit} className="flex flex-col gap-3">
        <TextField label={`Type ${name} to confirm`} value={typed} onChange={setTyped} />
        {denial === undefined ? null : (
          <Notice tone="warn" title="The route can't be deleted from here">
            {denial}
          </Notice>
        )}
        {error === null ? null : (
          <Notice tone="bad" title="The route was not deleted">
            {error.message}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" disabledReason={blocker}>
            Delete route
          </Button>
        </div>
      </form>
    </Modal>
  )
}
