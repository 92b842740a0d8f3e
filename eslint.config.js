// The rules tools can check. What lies behind the house's own ones is told in eslint-rules/rooms.js and CONTRIBUTING.md.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import rooms from './eslint-rules/rooms.js';

const TESTS = ['**/*.test.ts', 'src/**/contract.ts', 'src/**/*-contract.ts', 'tests/**'];

export default defineConfig(
  { ignores: ['node_modules/', 'var/', 'coverage/', 'web/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
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
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
          message: 'No default exports: a thing has one name everywhere.',
        },
        { selector: 'TSEnumDeclaration', message: 'No enums: use a const object, Node runs this file as it is.' },
      ],
    },
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
