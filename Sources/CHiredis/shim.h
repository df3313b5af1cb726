#ifndef TOCSIN_CHIREDIS_SHIM_H
#define TOCSIN_CHIREDIS_SHIM_H
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
#endif
