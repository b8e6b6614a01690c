// Every construct of Jinja that prompt templates have: each is rendered in a test, and docs/prompts.md
// is written from it.

export interface Construct {
  /** As the reader looks for it. */
  name: string;
  template: string;
  /** What it comes to with {@link SAMPLE_VALUES}. */
  gives: string;
}

/** The arguments of the examples. `nickname` is an argument that was not given. */
export const SAMPLE_VALUES = { name: "Ann", city: "new york", note: "one\ntwo", count: "3" };

const construct = (name: string, template: string, gives: string): Construct => ({
  name,
  template,
  gives,
});

/** One that is named by its filter, test or the like: `name`, expression, result. */
const expression = (name: string, inside: string, gives: string): Construct =>
  construct(name, `{{ ${inside} }}`, gives);

const LIST = "[{'n': 'b', 'on': true}, {'n': 'a', 'on': false}]";

export const CONSTRUCTS: Readonly<Record<string, readonly Construct[]>> = {
  Tags: [
    construct("{{ … }}", "Hello {{ name }}{{ nickname }}!", "Hello Ann!"),
    construct("{# … #}", "a{# said to nobody #}b", "ab"),
    construct("- takes away space", "a  {{- name -}}  b", "aAnnb"),
    construct(
      "if, elif, else",
      "{% if count == '1' %}one{% elif nickname is defined %}nick{% else %}many{% endif %}",
      "many",
    ),
    construct("for", "{% for n in ['a', 'b'] %}{{ n }};{% endfor %}", "a;b;"),
    construct(
      "for with several names",
      "{% for key, value in {'a': 1, 'b': 2}.items() %}{{ key }}={{ value }};{% endfor %}",
      "a=1;b=2;",
    ),
    construct("for … if", "{% for n in [1, 2, 3] if n is odd %}{{ n }}{% endfor %}", "13"),
    construct("for … else", "{% for n in [] %}{{ n }}{% else %}none{% endfor %}", "none"),
    construct(
      "break",
      "{% for n in [1, 2, 3] %}{% if n == 2 %}{% break %}{% endif %}{{ n }}{% endfor %}",
      "1",
    ),
    construct(
      "continue",
      "{% for n in [1, 2, 3] %}{% if n == 2 %}{% continue %}{% endif %}{{ n }}{% endfor %}",
      "13",
    ),
    construct("set", "{% set greeting = 'Dear ' ~ name %}{{ greeting }}", "Dear Ann"),
    construct("set with several names", "{% set a, b = [1, 2] %}{{ b }}{{ a }}", "21"),
    construct("set as a block", "{% set block %}<{{ name }}>{% endset %}{{ block }}", "<Ann>"),
    construct(
      "set in a namespace",
      "{% set all = namespace(n=0) %}{% for n in [1, 2] %}{% set all.n = all.n + n %}{% endfor %}{{ all.n }}",
      "3",
    ),
    construct(
      "macro",
      "{% macro bold(text, mark='*') %}{{ mark }}{{ text }}{{ mark }}{% endmacro %}{{ bold(name) }}{{ bold('b', mark='_') }}",
      "*Ann*_b_",
    ),
    construct(
      "call",
      "{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}{{ name }}{% endcall %}",
      "[Ann]",
    ),
    construct(
      "filter as a block",
      "{% filter upper %}{{ name }} is here{% endfilter %}",
      "ANN IS HERE",
    ),
  ],
  "In a loop": [
    construct(
      "loop.index, loop.index0",
      "{% for n in ['a', 'b'] %}{{ loop.index }}{{ loop.index0 }} {% endfor %}",
      "10 21 ",
    ),
    construct(
      "loop.revindex, loop.revindex0",
      "{% for n in ['a', 'b'] %}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}",
      "21 10 ",
    ),
    construct(
      "loop.first, loop.last",
      "{% for n in ['a', 'b', 'c'] %}{% if loop.first %}<{% endif %}{{ n }}{% if loop.last %}>{% endif %}{% endfor %}",
      "<abc>",
    ),
    construct("loop.length", "{% for n in ['a', 'b'] %}{{ loop.length }}{% endfor %}", "22"),
    construct(
      "loop.previtem, loop.nextitem",
      "{% for n in ['a', 'b'] %}{{ loop.previtem }}|{{ loop.nextitem }};{% endfor %}",
      "|b;a|;",
    ),
  ],
  Values: [
    expression("text", "'it' \" is\"", "it is"),
    expression("numbers", "[1, 1.5, -2]", "[1, 1.5, -2]"),
    expression("true, false, none", "[true, false, none]", "[true, false, null]"),
    expression("list", "['a', 'b'][1]", "b"),
    expression("tuple", "(1, 2)[0]", "1"),
    expression("object", "{'a': 1}['a']", "1"),
    expression("field of an object", "{'a': {'b': 2}}.a.b", "2"),
    expression("from the end", "['a', 'b'][-1] ~ name[-1]", "bn"),
    expression("slice", "name[1:] ~ name[:1] ~ name[::-1]", "nnAnnA"),
  ],
  Operators: [
    expression("+ - *", "1 + 2 * 3 - 4", "3"),
    expression("/ // %", "[7 / 2, 7 // 2, 7 % 2]", "[3.5, 3, 1]"),
    expression("**", "2 ** 3", "8"),
    expression("~ joins as text", "name ~ 1", "Ann1"),
    expression("+ joins texts and lists", "name + '!' ~ ([1] + [2])|length", "Ann!2"),
    expression("== !=", "[name == 'Ann', name != 'Ann']", "[true, false]"),
    expression("< <= > >=", "[1 < 2, 2 <= 2, 1 > 2, 2 >= 2]", "[true, true, false, true]"),
    expression("and, or, not", "[true and not false, false or name]", '[true, "Ann"]'),
    expression("in, not in", "['nn' in name, 'b' not in ['a']]", "[true, true]"),
    expression("… if … else …", "'yes' if count == '3' else 'no'", "yes"),
    expression("… if …", "'nick' if nickname", ""),
    expression("( … )", "(1 + 2) * 3", "9"),
  ],
  Tests: [
    expression(
      "is defined, is undefined",
      "[nickname is defined, nickname is undefined]",
      "[false, true]",
    ),
    expression("is not …", "name is not defined", "false"),
    expression("is none", "none is none", "true"),
    expression(
      "is boolean, is true, is false",
      "[true is boolean, true is true, true is false]",
      "[true, true, false]",
    ),
    expression("is string", "name is string", "true"),
    expression("is number, is integer", "[1.5 is number, 1.5 is integer]", "[true, false]"),
    expression("is odd, is even", "[3 is odd, 3 is even]", "[true, false]"),
    expression("is lower, is upper", "[city is lower, city is upper]", "[true, false]"),
    expression(
      "is iterable, is sequence, is mapping",
      "[[1] is iterable, [1] is sequence, {} is mapping]",
      "[true, true, true]",
    ),
    expression("is callable", "range is callable", "true"),
    expression(
      "eq, equalto (in selectattr and rejectattr)",
      `${LIST} | selectattr('n', 'eq', 'a') | length ~ (${LIST} | rejectattr('n', 'equalto', 'a') | length)`,
      "11",
    ),
  ],
  "Filters for texts": [
    expression("upper, lower", "[name | upper, name | lower]", '["ANN", "ann"]'),
    expression(
      "title, capitalize",
      "[city | title, city | capitalize]",
      '["New York", "New york"]',
    ),
    expression("trim", "'  a  ' | trim", "a"),
    expression("length", "name | length", "3"),
    expression(
      "replace(old, new, count)",
      "name | replace('n', 'm') ~ (name | replace('n', 'm', 1))",
      "AmmAmn",
    ),
    expression("indent(width, first, blank)", "note | indent(2, true)", "  one\n  two"),
    expression("int, int(default)", "[count | int, name | int, name | int(7)]", "[3, 0, 7]"),
    expression("float, float(default)", "[count | float, name | float(1.5)]", "[3, 1.5]"),
    expression("string", "3 | string", "3"),
    expression(
      "default(value, boolean)",
      "[nickname | default('you'), '' | default('you', true)]",
      '["you", "you"]',
    ),
    expression("safe (changes nothing)", "name | safe", "Ann"),
    expression("tojson", "name | tojson", '"Ann"'),
  ],
  "Filters for lists": [
    expression("join(separator)", "['a', 'b'] | join(', ')", "a, b"),
    expression("first, last", "[['a', 'b'] | first, ['a', 'b'] | last]", '["a", "b"]'),
    expression("length", "[1, 2] | length", "2"),
    expression("reverse", "[1, 2] | reverse", "[2, 1]"),
    expression(
      "sort(reverse, case_sensitive, attribute)",
      `[[2, 1] | sort, ${LIST} | sort(attribute='n') | map(attribute='n') | list]`,
      '[[1, 2], ["a", "b"]]',
    ),
    expression("unique", "[1, 1, 2] | unique", "[1, 2]"),
    expression("list", "range(3) | list", "[0, 1, 2]"),
    expression("map(attribute)", `${LIST} | map(attribute='n') | join`, "ba"),
    expression(
      "selectattr, rejectattr",
      `[${LIST} | selectattr('on') | length, ${LIST} | rejectattr('on') | length]`,
      "[1, 1]",
    ),
    expression(
      "tojson(indent, ensure_ascii, sort_keys, separators)",
      "{'b': [1], 'a': 'é'} | tojson(sort_keys=true, ensure_ascii=true)",
      '{"a": "\\u00e9", "b": [1]}',
    ),
  ],
  "Filters for objects": [
    expression(
      "items, keys, values",
      "[{'a': 1} | items, {'a': 1} | keys, {'a': 1} | values]",
      '[[["a", 1]], ["a"], [1]]',
    ),
    expression(
      "dictsort(case_sensitive, by, reverse)",
      "{'b': 1, 'a': 2} | dictsort",
      '[["a", 2], ["b", 1]]',
    ),
    expression("get(name, default)", "{'a': 1} | get('b', 5)", "5"),
    expression("length", "{'a': 1} | length", "1"),
  ],
  "Filters for numbers": [
    expression("abs", "-3 | abs", "3"),
    expression(
      "int, float, string",
      "[1.7 | int, 2 | float | string, true | int]",
      '[1, "2.0", 1]',
    ),
    expression("bool", "true | bool", "true"),
  ],
  "Methods of texts": [
    expression(
      ".upper(), .lower(), .title(), .capitalize()",
      "[name.upper(), name.lower(), city.title(), city.capitalize()]",
      '["ANN", "ann", "New York", "New york"]',
    ),
    expression(
      ".strip(), .lstrip(), .rstrip()",
      "[' a '.strip(), ' a '.lstrip(), ' a '.rstrip()]",
      '["a", "a ", " a"]',
    ),
    expression(
      ".startswith(), .endswith()",
      "[name.startswith('A'), name.endswith(('x', 'n'))]",
      "[true, true]",
    ),
    expression(
      ".split(separator, most)",
      "[city.split(), 'a,b,c'.split(',', 1)]",
      '[["new", "york"], ["a", "b,c"]]',
    ),
    expression(".replace(old, new, count)", "name.replace('n', 'm', 1)", "Amn"),
    expression(".length", "name.length", "3"),
  ],
  "Methods of objects": [
    expression(".get(name, default)", "{'a': 1}.get('b', 'none')", "none"),
    expression(
      ".items(), .keys(), .values()",
      "[{'a': 1}.items(), {'a': 1}.keys(), {'a': 1}.values()]",
      '[[["a", 1]], ["a"], [1]]',
    ),
  ],
  Functions: [
    expression("range(start, stop, step)", "range(1, 6, 2)", "[1, 3, 5]"),
    expression("namespace(…)", "namespace(a=1).a", "1"),
    construct(
      "raise_exception(text): there is no prompt, but this sentence",
      "{% if name == '' %}{{ raise_exception('Give a name.') }}{% endif %}{{ name }}",
      "Ann",
    ),
    construct(
      "f(*list, **object)",
      "{% macro f(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ f(*[1], **{'b': 2}) }}",
      "12",
    ),
  ],
};
