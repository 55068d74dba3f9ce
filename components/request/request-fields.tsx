import { SelectField, TextField } from '@/components/ui/field'
import { METHODS } from './traffic-form'

interface FieldProps {
  value: string
  error: string | undefined
  onChange: (value: string) => void
}

/** The method of a request to send or to look at. */
export function MethodField(props: FieldProps) {
  return (
    <SelectField
      {...props}
      label="Method"
      options={METHODS.map((method) => ({ value: method, label: method }))}
    />
  )
}

/** The host name that the Gateway chooses a route by. */
export function HostField(props: FieldProps) {
  return <TextField {...props} label="Host" className="font-mono text-xs" />
}

interface PathFieldProps extends FieldProps {
  label: string
  fieldClassName?: string
}

/** The path, with the query if there is one. */
export function PathField(props: PathFieldProps) {
  return <TextField {...props} className="font-mono text-xs" />
}
