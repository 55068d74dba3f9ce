'use client'

import { Plus } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import { formatShare } from '@/components/format/numbers'
import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { NumberField } from '@/components/ui/number-field'
import { type FieldEdit, type FieldPath, pathText } from '@/lib/manifest/edit/field-edit'
import { equalJson } from '@/lib/shared/json-values'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { type Services, suggestTarget } from './form-services'
import { MirrorAmountFields } from './mirror-amount-fields'
import { ReferenceFields } from './reference-fields'
import {
  addBackend,
  addMirror,
  type BackendForm,
  type MirrorForm,
  moveBackend,
  moveMirror,
  type RuleForm,
  removeBackend,
  removeMirror,
  setReference,
} from './route-form'
import { RowActions } from './row-actions'

export interface FormContext {
  readonly namespace: string
  readonly services: Services
  /** Errors and warnings about the rule. */
  readonly problems: readonly Diagnostic[]
  /** Always the same function. */
  readonly onEdit: (edits: readonly FieldEdit[]) => void
}

interface RuleProps extends FormContext {
  rule: RuleForm
}

/** Weights go up to a million; the API refuses more. */
const WEIGHT_MAX = 1_000_000

/** Those about the value at a path and what is in it. */
function problemsAt(problems: readonly Diagnostic[], path: FieldPath): readonly Diagnostic[] {
  const at = pathText(path)
  return problems.filter(
    ({ fieldPath }) => fieldPath.startsWith(at) && /^(?:$|[.[])/.test(fieldPath.slice(at.length)),
  )
}

const ROW_CLASS =
  'flex flex-wrap items-start gap-x-2 gap-y-1.5 rounded-md border border-line bg-bg p-2'

function BackendRow({ rule, backend, ...context }: RuleProps & { backend: BackendForm }) {
  const { index, path, weight, share } = backend
  const { problems, onEdit } = context
  const isWrong = (field: string) => hasError(problemsAt(problems, [...path, field]))
  const count = rule.backends.length
  return (
    <li>
      <fieldset className={ROW_CLASS}>
        <legend className="sr-only">Backend {index + 1}</legend>
        <div className="flex w-full items-center gap-2">
          <Chip tone="accent" title="Share of the rule's requests that this backend answers">
            {formatShare(share, 1)}
          </Chip>
          <RowActions
            what={`backend ${index + 1}`}
            index={index}
            count={count}
            onMove={(to) => onEdit(moveBackend(rule, index, to))}
            onRemove={() => onEdit(removeBackend(rule, index))}
          />
        </div>
        <ReferenceFields form={backend} {...context} isWrong={isWrong} />
        <NumberField
          label="Weight"
          value={weight}
          min={0}
          max={WEIGHT_MAX}
          isOptional
          placeholder="1"
          isInvalid={isWrong('weight')}
          fieldClassName="w-18"
          onChange={(next) => onEdit(setReference(backend, 'weight', next))}
        />
        <RowProblems problems={problemsAt(problems, path)} />
      </fieldset>
    </li>
  )
}

/** A warning is said below the row; only an error marks its field. */
function hasError(problems: readonly Diagnostic[]): boolean {
  return problems.some(({ severity }) => severity === 'error')
}

/** What the problems list says of this row, where the eye is. */
function RowProblems({ problems }: { problems: readonly Diagnostic[] }) {
  return (
    <ul className="flex w-full flex-col gap-1 text-2xs empty:hidden">
      {problems.map(({ code, severity, message }) => (
        <li key={`${code} ${message}`} className={severity === 'error' ? 'text-bad' : 'text-warn'}>
          {message}
        </li>
      ))}
    </ul>
  )
}

interface MirrorProps extends RuleProps {
  mirror: MirrorForm
  index: number
}

function MirrorRow({ rule, mirror, index, ...context }: MirrorProps) {
  const { problems, onEdit } = context
  const { mirrors } = rule
  const path = mirror.path.slice(0, -1)
  const isWrong = (field: string) => hasError(problemsAt(problems, [...path, field]))
  const move = (to: number) => {
    const other = mirrors[to]
    if (other !== undefined) onEdit(moveMirror(rule, mirror, other))
  }
  return (
    <li>
      <fieldset className={ROW_CLASS}>
        <legend className="sr-only">Mirror {index + 1}</legend>
        <div className="flex w-full items-center gap-2">
          <Chip tone="mirror" title="How many of the rule's requests are copied">
            {mirror.share}
          </Chip>
          <RowActions
            what={`mirror ${index + 1}`}
            index={index}
            count={mirrors.length}
            onMove={move}
            onRemove={() => onEdit(removeMirror(rule, mirror))}
          />
        </div>
        <ReferenceFields
          form={mirror}
          {...context}
          isWrong={(field) => isWrong(`backendRef.${field}`)}
        />
        <MirrorAmountFields mirror={mirror} isWrong={isWrong} onEdit={onEdit} />
        <RowProblems problems={problemsAt(problems, path)} />
      </fieldset>
    </li>
  )
}

interface ItemsProps {
  title: string
  /** What the button says. */
  add: string
  onAdd: () => void
  children: ReactNode
}

/** The rows of one list, and a button for one more. */
function Items({ title, add, onAdd, children }: ItemsProps) {
  return (
    <>
      <h4 className="text-xs font-medium text-muted">{title}</h4>
      <ul className="flex flex-col gap-1.5">{children}</ul>
      <Button
        size="sm"
        className="self-start"
        icon={<Plus size={13} aria-hidden />}
        onClick={onAdd}
      >
        {add}
      </Button>
    </>
  )
}

/** Backends and mirrors of one rule, drawn anew only when something in it changes. */
export const RuleSection = memo(
  DrawnRule,
  (before, after) =>
    before.namespace === after.namespace &&
    before.services === after.services &&
    equalJson(before.rule, after.rule) &&
    equalJson(before.problems, after.problems),
)

function DrawnRule({ rule, ...context }: RuleProps) {
  const { backends, mirrors, otherFilters, title, takes } = rule
  const used = [...backends, ...mirrors].map(({ reference }) => reference.name)
  const target = () => suggestTarget(context.services, context.namespace, used)
  return (
    // What is out of view costs no layout: a large route has hundreds of rows.
    <section
      aria-label={title}
      className="flex flex-col gap-2 border-b border-line p-3 [contain-intrinsic-size:auto_24rem] [content-visibility:auto]"
    >
      <div>
        <h3 className="text-sm font-semibold">{title}</h3>
        <p className="break-words font-mono text-2xs text-muted">{takes}</p>
      </div>
      <Items
        title="Backends"
        add="Add backend"
        onAdd={() => context.onEdit(addBackend(rule, target()))}
      >
        {backends.map((backend) => (
          <BackendRow key={backend.index} rule={rule} backend={backend} {...context} />
        ))}
      </Items>
      <Items
        title="Mirrors"
        add="Add mirror"
        onAdd={() => context.onEdit(addMirror(rule, target()))}
      >
        {mirrors.map((mirror, index) => (
          <MirrorRow
            key={mirror.filterIndex}
            rule={rule}
            mirror={mirror}
            index={index}
            {...context}
          />
        ))}
      </Items>
      {otherFilters.length === 0 ? null : (
        <p className="text-2xs text-muted">
          Other filters stay as they are: {otherFilters.join(', ')}.
        </p>
      )}
    </section>
  )
}
