'use client'

import { Plus } from 'lucide-react'
import { memo, type ReactNode, useCallback } from 'react'
import { formatShare } from '@/components/format/numbers'
import {
  addBackend,
  addMirror,
  type BackendForm,
  type MirrorForm,
  moveBackend,
  moveMirror,
  type ReferenceForm,
  type RuleForm,
  removeBackend,
  removeMirror,
  setAmount,
  setReference,
} from '@/components/language/route-form'
import { Button } from '@/components/ui/button'
import { Chip } from '@/components/ui/chip'
import { NumberField } from '@/components/ui/number-field'
import { type FieldEdit, type FieldPath, pathText } from '@/lib/manifest/edit/field-edit'
import { equalJson } from '@/lib/shared/json-values'
import type { Diagnostic } from '@/lib/validation/diagnostic'
import { type Services, suggestTarget } from './form-services'
import { MirrorAmountFields } from './mirror-amount-fields'
import { ReferenceFields } from './reference-fields'
import { RowActions } from './row-actions'

/** Makes edits of a rule as it is by then, which is more than what was last drawn. */
export type EditRule = (
  index: number,
  make: (rule: RuleForm) => readonly FieldEdit[],
) => Promise<void>

interface FormContext {
  readonly namespace: string
  readonly services: Services
  /** Errors and warnings about what is drawn. */
  readonly problems: readonly Diagnostic[]
}

interface RuleProps extends FormContext {
  rule: RuleForm
  /** Of the rule. */
  index: number
  /** Always the same function. */
  onEdit: EditRule
}

interface RowProps extends FormContext {
  /** Among the rows of its list. */
  index: number
  count: number
  /** Always the same function. */
  edit: (make: (rule: RuleForm) => readonly FieldEdit[]) => Promise<void>
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

/** Drawn anew only when something in it changes: a rule may have many rows. */
const BackendRow = memo(DrawnBackend, isSameRow)

function DrawnBackend({ backend, index, count, edit, ...context }: BackendProps) {
  const { path, weight, share } = backend
  const { problems } = context
  const isWrong = (field: string) => hasError(problemsAt(problems, [...path, field]))
  const onEdit = (make: (now: ReferenceForm) => readonly FieldEdit[]) =>
    edit((rule) => withRow(rule.backends[index], make))
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
            onMove={(to) => edit((rule) => moveBackend(rule, index, to))}
            onRemove={() => edit((rule) => removeBackend(rule, index))}
          />
        </div>
        <ReferenceFields form={backend} {...context} isWrong={isWrong} onEdit={onEdit} />
        <NumberField
          label="Weight"
          value={weight}
          min={0}
          max={WEIGHT_MAX}
          isOptional
          placeholder="1"
          isInvalid={isWrong('weight')}
          fieldClassName="w-18"
          onChange={(next) => onEdit((now) => setReference(now, 'weight', next))}
        />
        <RowProblems problems={problems} />
      </fieldset>
    </li>
  )
}

/** Edits of a row, which may be gone by then. */
function withRow<Row>(row: Row | undefined, make: (row: Row) => readonly FieldEdit[]) {
  return row === undefined ? [] : make(row)
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

interface BackendProps extends RowProps {
  backend: BackendForm
}

interface MirrorProps extends RowProps {
  mirror: MirrorForm
}

type AnyRowProps = RowProps & { readonly backend?: BackendForm; readonly mirror?: MirrorForm }

function isSameRow(before: AnyRowProps, after: AnyRowProps): boolean {
  return (
    before.backend === after.backend &&
    before.mirror === after.mirror &&
    before.index === after.index &&
    before.count === after.count &&
    before.namespace === after.namespace &&
    before.services === after.services &&
    equalJson(before.problems, after.problems)
  )
}

const MirrorRow = memo(DrawnMirror, isSameRow)

function DrawnMirror({ mirror, index, count, edit, ...context }: MirrorProps) {
  const { problems } = context
  const path = mirror.path.slice(0, -1)
  const isWrong = (field: string) => hasError(problemsAt(problems, [...path, field]))
  const onEdit = (make: (now: ReferenceForm) => readonly FieldEdit[]) =>
    edit((rule) => withRow(rule.mirrors[index], make))
  const move = (to: number) =>
    edit((rule) => {
      const [one, other] = [rule.mirrors[index], rule.mirrors[to]]
      return one === undefined || other === undefined ? [] : moveMirror(rule, one, other)
    })
  const remove = () =>
    edit((rule) => withRow(rule.mirrors[index], (now) => removeMirror(rule, now)))
  return (
    <li>
      <fieldset className={ROW_CLASS}>
        <legend className="sr-only">Mirror {index + 1}</legend>
        <div className="flex w-full items-center gap-2">
          <Chip tone="mirror" title="How many of the rule's requests are mirrored">
            {mirror.share}
          </Chip>
          <RowActions
            what={`mirror ${index + 1}`}
            index={index}
            count={count}
            onMove={move}
            onRemove={remove}
          />
        </div>
        <ReferenceFields
          form={mirror}
          {...context}
          isWrong={(field) => isWrong(`backendRef.${field}`)}
          onEdit={onEdit}
        />
        <MirrorAmountFields
          amount={mirror.amount}
          isWrong={isWrong}
          onAmount={(make) =>
            edit((rule) => withRow(rule.mirrors[index], (now) => setAmount(now, make(now.amount))))
          }
        />
        <RowProblems problems={problems} />
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
    before.rule === after.rule &&
    equalJson(before.problems, after.problems),
)

function DrawnRule({ rule, index, problems, onEdit, ...context }: RuleProps) {
  const { backends, mirrors, otherFilters, title, takes } = rule
  const edit = useCallback<RowProps['edit']>((make) => onEdit(index, make), [onEdit, index])
  const targetFor = ({ backends: primaries, mirrors: copies }: RuleForm) => {
    const used = [...primaries, ...copies].map(({ reference }) => reference.name)
    return suggestTarget(context.services, context.namespace, used)
  }
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
        onAdd={() => edit((now) => addBackend(now, targetFor(now)))}
      >
        {backends.map((backend) => (
          <BackendRow
            key={backend.index}
            backend={backend}
            index={backend.index}
            count={backends.length}
            problems={problemsAt(problems, backend.path)}
            edit={edit}
            {...context}
          />
        ))}
      </Items>
      <Items
        title="Mirrors"
        add="Add mirror"
        onAdd={() => edit((now) => addMirror(now, targetFor(now)))}
      >
        {mirrors.map((mirror, position) => (
          <MirrorRow
            key={mirror.filterIndex}
            mirror={mirror}
            index={position}
            count={mirrors.length}
            problems={problemsAt(problems, mirror.path.slice(0, -1))}
            edit={edit}
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
