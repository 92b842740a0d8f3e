// The rules tools can check. What lies behind the house's own ones is told in eslint-rules/rooms.js and CONTRIBUTING.md.
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import rooms from './eslint-rules/rooms.js';

/** No folder of the console may import these: paths, and why. */
const notFrom = (regex, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex, message }, OUTSIDE] }],
});
const OUTSIDE = {
  regex: '(^node:|(^|/)\\.\\./(src|tests|scripts)/)',
  message:
    'The console runs in a browser and leans on nothing of the daemon: what methods take and answer is in web/src/api/documents.ts.',
};

const SIZES = {
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
};
const NO_DEFAULTS = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'No default exports: a thing has one name everywhere.',
};
const NO_ENUMS = {
  selector: 'TSEnumDeclaration',
  message: 'No enums: use a const object, Node runs this file as it is.',
};

const TESTS = ['**/*.test.ts', 'src/**/contract.ts', 'src/**/*-contract.ts', 'tests/**'];

export default defineConfig(
  // made by a program, and checked by the compiler
  { ignores: ['node_modules/', 'var/', 'dist/', 'coverage/', 'web/src/api/documents.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Noise against this code: numbers read well in messages, doors are async even where a driver has nothing to wait for,
      // and indexes that a loop has just bounded are asserted.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off', // slow, and there are no enums
      // marked so that it stands out; providers without TLS are possible on the loopback interface alone
      '@typescript-eslint/no-deprecated': [
        'error',
        { allow: [{ from: 'package', package: 'openid-client', name: 'allowInsecureRequests' }] },
      ],
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { rooms },
    rules: {
      'rooms/imports': 'error',
      'rooms/pure': 'error',
      ...SIZES,
      'no-restricted-syntax': ['error', NO_DEFAULTS, NO_ENUMS],
    },
  },
  {
    files: ['web/src/**/*.ts', 'web/src/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...SIZES,
      'no-restricted-syntax': ['error', NO_DEFAULTS, NO_ENUMS],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      ...notFrom(
        '(^|/)(pages|frame|parts)/',
        'This is below the pages, the frame and the parts, and knows none of them.',
      ),
    },
  },
  {
    files: ['web/src/*', 'web/src/frame/**'],
    rules: notFrom('(^|/)pages/', 'A page is loaded when it is first visited: import() it.'),
  },
  {
    files: ['web/src/parts/**'],
    rules: notFrom('(^|/)(pages|frame)/', 'Parts are what pages and the frame are made of, and know neither.'),
  },
  {
    files: ['web/src/texts/**'],
    rules: notFrom('^(?!\\./)', 'Texts lean on nothing.'),
  },
  {
    files: ['web/src/pages/**'],
    rules: notFrom(
      '(^\\.\\./(?!\\.\\./)|(^|/)frame/)',
      'Pages are made of api/, texts/, parts/ and their own folder: what two of them share is a part.',
    ),
  },
  {
    files: TESTS,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.any() and friends are any
    },
  },
);
