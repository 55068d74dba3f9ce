'use client'

import { useId } from 'react'
import { type ReferenceForm, setReference, setService } from '@/components/language/route-form'
import { NumberField } from '@/components/ui/number-field'
import { TypedField } from '@/components/ui/typed-field'
import type { FieldEdit } from '@/lib/manifest/edit/field-edit'
import type { Services } from './form-services'

interface ReferenceFieldsProps {
  form: ReferenceForm
  namespace: string
  services: Services
  isWrong: (field: string) => boolean
  /** Makes edits of the reference as it is by then. */
  onEdit: (make: (form: ReferenceForm) => readonly FieldEdit[]) => Promise<void>
}

const PORT_MAX = 65_535

/** Service and port of a reference, with what the cluster has as suggestions. */
export function ReferenceFields(props: ReferenceFieldsProps) {
  const { form, namespace, services, isWrong, onEdit } = props
  const id = useId()
  const { reference } = form
  const target = reference.namespace ?? namespace
  const isElsewhere = reference.namespace !== undefined && reference.namespace !== namespace
  return (
    <>
      <TypedField
        label="Service"
        list={`${id}-services`}
        value={reference.name}
        hint={isElsewhere ? `in namespace ${reference.namespace}` : undefined}
        isInvalid={isWrong('name')}
        fieldClassName="min-w-28 flex-[3]"
        onChange={(name) => onEdit((now) => setService(now, name, services.portsOf(target, name)))}
      />
      <datalist id={`${id}-services`}>
        {services.namesIn(target).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <NumberField
        label="Port"
        value={reference.port}
        min={1}
        max={PORT_MAX}
        isOptional
        list={`${id}-ports`}
        isInvalid={isWrong('port')}
        fieldClassName="w-18"
        onChange={(port) => onEdit((now) => setReference(now, 'port', port))}
      />
      <datalist id={`${id}-ports`}>
        {services.portsOf(target, reference.name).map((port) => (
          <option key={port} value={port} />
        ))}
      </datalist>
    </>
  )
}
