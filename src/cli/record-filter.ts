// Which accounting records --xpath keeps: HISTORY[ETIME>0 and VM/GID=100]. Of XPath it knows comparisons of one element with a
// number or a text, joined by `and`. Pure.
import type { XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';

const COMPARISON = /^\s*([\w/]+)\s*(!=|<=|>=|=|<|>)\s*(?:(-?\d+(?:\.\d+)?)|"([^"]*)"|'([^']*)')\s*$/;

/** A condition on a record. Throws Failure when the expression is of another form. */
export function recordFilter(expression: string): (record: XmlElement) => boolean {
  const [, conditions] = /^\/*(?:HISTORY_RECORDS\/)?HISTORY\[(.+)\]$/.exec(expression.trim()) ?? [];
  if (conditions === undefined) throw unknown(expression);
  const all = conditions.split(/\band\b/).map((text) => comparison(text, expression));
  return (record) => all.every((holds) => holds(record));
}

function comparison(text: string, expression: string): (record: XmlElement) => boolean {
  const [, path, operator, amount, double, single] = COMPARISON.exec(text) ?? [];
  if (path === undefined || operator === undefined) throw unknown(expression);
  const wanted = double ?? single;
  if (wanted !== undefined && operator !== '=' && operator !== '!=') throw unknown(expression);
  return (record) => {
    const element = record.child(path);
    if (!element) return false;
    if (wanted !== undefined) return (element.text === wanted) === (operator === '=');
    return compares(Number(element.text) - Number(amount), operator);
  };
}

function compares(difference: number, operator: string): boolean {
  if (operator === '=') return difference === 0;
  if (operator === '!=') return difference !== 0;
  return (operator.startsWith('<') ? difference < 0 : difference > 0) || (operator.endsWith('=') && difference === 0);
}

function unknown(expression: string): Failure {
  return new Failure(
    `--xpath ${expression} is not of the form HISTORY[NAME=value and NAME>number], such as HISTORY[ETIME>0].`,
  );
}
