/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting and ending the modem library, source compatible with <nrf_modem.h>.
 *
 * The modem is the daemon's: nrf_modem_init() reaches for the daemon and lets this process give AT
 * commands (<nrf_modem_at.h>), nothing more. Memory regions, interrupts and handlers are taken and
 * not used; there is no firmware update here. Sockets work before it, and after a shutdown.
 * Results are 0 or -NRF_E*; errno is left alone.
 */
#ifndef NRF_MODEM_H__
#define NRF_MODEM_H__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NRF_MODEM_DFU_RESULT_OK 0x5500001u
#define NRF_MODEM_DFU_RESULT_INTERNAL_ERROR 0x4400001u
#define NRF_MODEM_DFU_RESULT_HARDWARE_ERROR 0x4400002u
#define NRF_MODEM_DFU_RESULT_AUTH_ERROR 0x4400003u
#define NRF_MODEM_DFU_RESULT_UUID_ERROR 0x4400004u
#define NRF_MODEM_DFU_RESULT_VOLTAGE_LOW 0x4400005u

#define NRF_MODEM_FAULT_UNDEFINED 0x1u
#define NRF_MODEM_FAULT_HW_WD_RESET 0x2u
#define NRF_MODEM_FAULT_HARDFAULT 0x3u
#define NRF_MODEM_FAULT_MEM_MANAGE 0x4u
#define NRF_MODEM_FAULT_BUS 0x5u
#define NRF_MODEM_FAULT_USAGE 0x6u
#define NRF_MODEM_FAULT_SECURE_RESET 0x7u
#define NRF_MODEM_FAULT_PANIC_DOUBLE 0x8u
#define NRF_MODEM_FAULT_PANIC_RESET_LOOP 0x9u
#define NRF_MODEM_FAULT_ASSERT 0x10u
#define NRF_MODEM_FAULT_PANIC 0x11u
#define NRF_MODEM_FAULT_FLASH_ERASE 0x12u
#define NRF_MODEM_FAULT_FLASH_WRITE 0x13u
#define NRF_MODEM_FAULT_POFWARN 0x14u
#define NRF_MODEM_FAULT_THWARN 0x15u

struct nrf_modem_fault_info {
  uint32_t reason;
  uint32_t program_counter;
};
typedef void (*nrf_modem_fault_handler_t)(struct nrf_modem_fault_info* fault_info);
typedef void (*nrf_modem_dfu_handler_t)(uint32_t dfu_result);

struct nrf_modem_shmem_region {
  uint32_t base;
  uint32_t size;
};
struct nrf_modem_init_params {
  struct {
    struct nrf_modem_shmem_region ctrl;
    struct nrf_modem_shmem_region tx;
    struct nrf_modem_shmem_region rx;
    struct nrf_modem_shmem_region trace;
  } shmem;
  uint32_t ipc_irq_prio;
  nrf_modem_fault_handler_t fault_handler;
  nrf_modem_dfu_handler_t dfu_handler;
};

/* 0; -NRF_EFAULT without parameters, -NRF_EPERM when it was called already, -NRF_ENETDOWN without a
 * daemon, -NRF_EACCES without permission. */
int nrf_modem_init(const struct nrf_modem_init_params* init_params);
/* 0; -NRF_EPERM when it was not initialised. Ends notifications. */
int nrf_modem_shutdown(void);
bool nrf_modem_is_initialized(void);
/* The library's version. */
const char* nrf_modem_build_version(void);

#ifdef __cplusplus
}
#endif

#endif /* NRF_MODEM_H__ */
