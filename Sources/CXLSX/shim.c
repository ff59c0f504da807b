#include "CXLSX.h"
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

struct jy_xlsx {
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *head;
    lxw_format *text;
    char *folder;
};

static void release(jy_xlsx *xlsx) {
    free(xlsx->folder);
    free(xlsx);
}

jy_xlsx *jy_xlsx_open(const char *path, const char *folder, const char *sheet) {
    jy_xlsx *xlsx = calloc(1, sizeof *xlsx);
    if (!xlsx) return NULL;
    xlsx->folder = strdup(folder);
    /* Each row is put aside when the next one begins: a large table needs no memory of its size. */
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = xlsx->folder};
    if (xlsx->folder) xlsx->workbook = workbook_new_opt(path, &options);
    if (!xlsx->workbook) {
        release(xlsx);
        return NULL;
    }
    xlsx->sheet = workbook_add_worksheet(xlsx->workbook, sheet);
    xlsx->head = workbook_add_format(xlsx->workbook);
    xlsx->text = workbook_add_format(xlsx->workbook);
    if (!xlsx->sheet || !xlsx->head || !xlsx->text) {
        jy_xlsx_close(xlsx);
        return NULL;
    }
    enum { format_text = 49 };
    format_set_bold(xlsx->head);
    format_set_num_format_index(xlsx->text, format_text);
    worksheet_freeze_panes(xlsx->sheet, 1, 0);
    return xlsx;
}

int jy_xlsx_text(jy_xlsx *xlsx, unsigned row, unsigned column, const char *text, int is_head) {
    return worksheet_write_string(xlsx->sheet, row, (lxw_col_t)column, text, is_head ? xlsx->head : xlsx->text);
}

int jy_xlsx_number(jy_xlsx *xlsx, unsigned row, unsigned column, double number) {
    return worksheet_write_number(xlsx->sheet, row, (lxw_col_t)column, number, NULL);
}

int jy_xlsx_close(jy_xlsx *xlsx) {
    int result = workbook_close(xlsx->workbook);
    release(xlsx);
    return result;
}
