// Everything of the system but the register file: core, RAM, save page, timer, console, SK-RM memory.
//
// A load is ready in its second cycle, a store in its first, both at an address where nothing is, with a fault, in its
// first; an access of the SK-RM memory when that answers. Addresses: README.md in this folder.
// exit_o: the run ends, by a store to the console's exit word or, when tohost_valid_i says that there is one, of a whole
// word other than 0 to the RAM address tohost_addr_i; then the code is that word without its lowest bit.
// Parameters: RamBytes, a power of two, costs as much RAM; SkrmBytes, a multiple of 64, as much SK-RM; 0: none.
`include "sky_assert.svh"

module sky_soc_core #(
  parameter int unsigned RamBytes  = 8 * 1024 * 1024,
  parameter int unsigned SkrmBytes = 0
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  boot_addr_i,  // taken while the reset is held
  input  logic         tohost_valid_i,
  input  logic [31:0]  tohost_addr_i,
  input  logic         irq_external_i,  // the core sees it in the next cycle

  // Register file: see sky_regfile and sky_core.
  output logic         rf_valid_o,
  output logic         rf_write_o,
  output logic [4:0]   rf_rd_o,
  output logic [31:0]  rf_wdata_o,
  output logic         rf_read1_o,
  output logic [4:0]   rf_rs1_o,
  output logic         rf_read2_o,
  output logic [4:0]   rf_rs2_o,
  input  logic         rf_ready_i,
  input  logic [31:0]  rf_rdata1_i,
  input  logic [31:0]  rf_rdata2_i,
  output logic         rf_hint_write_o,
  output logic [4:0]   rf_hint_rd_o,
  output logic         rf_hint_read1_o,
  output logic [4:0]   rf_hint_rs1_o,
  output logic         rf_hint_read2_o,
  output logic [4:0]   rf_hint_rs2_o,
  output logic         rf_switch_o,
  output logic         rf_mode_o,
  input  logic         rf_switch_ready_i,
  input  logic         rf_mode_i,
  output logic         rf_place_o,
  output logic [4:0]   rf_place_reg_o,
  output logic [4:0]   rf_place_pos_o,
  input  logic         rf_busy_i,
  input  logic [639:0] rf_counters_i,
  input  logic         rf_machine_check_i,
  input  logic         rf_dual_i,

  output logic         skrm_track_error_o,  // of the SK-RM memory, see sky_soc_skrm
  output logic [63:0]  skrm_stats_o [sky_skrm_pkg::StatCount],

  output logic         print_o,
  output logic [7:0]   print_byte_o,
  output logic         exit_o,
  output logic [31:0]  exit_code_o,

  output logic         rvfi_valid_o,
  output logic [63:0]  rvfi_order_o,
  output logic [31:0]  rvfi_insn_o,
  output logic         rvfi_trap_o,
  output logic         rvfi_intr_o,
  output logic [4:0]   rvfi_rs1_addr_o,
  output logic [4:0]   rvfi_rs2_addr_o,
  output logic [31:0]  rvfi_rs1_rdata_o,
  output logic [31:0]  rvfi_rs2_rdata_o,
  output logic [4:0]   rvfi_rd_addr_o,
  output logic [31:0]  rvfi_rd_wdata_o,
  output logic [31:0]  rvfi_pc_rdata_o,
  output logic [31:0]  rvfi_pc_wdata_o,
  output logic [31:0]  rvfi_mem_addr_o,
  output logic [3:0]   rvfi_mem_rmask_o,
  output logic [3:0]   rvfi_mem_wmask_o,
  output logic [31:0]  rvfi_mem_rdata_o,
  output logic [31:0]  rvfi_mem_wdata_o
);

  localparam int unsigned RamWidth  = $clog2(RamBytes);
  localparam int unsigned SaveBytes = 2048;
  localparam int unsigned SaveWidth = $clog2(SaveBytes);
  localparam logic [31:0] RamBase     = 32'h8000_0000;
  localparam logic [31:0] SaveBase    = 32'hFFFF_F800;
  localparam logic [31:0] TimerBase   = 32'h0200_0000;
  localparam logic [31:0] ConsoleBase = 32'h1000_0000;
  localparam logic [31:0] SkrmBase    = 32'h4000_0000;

  // ---- Core
  logic instr_valid, instr_err_q;
  logic [31:0] instr_addr, instr_rdata;
  logic data_valid, data_ready, data_we, data_err;
  logic [3:0] data_be;
  logic [31:0] data_addr, data_wdata, data_rdata;
  logic [63:0] mtime;
  logic irq_timer, irq_software, irq_external_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) irq_external_q <= 1'b0;
    else irq_external_q <= irq_external_i;
  end

  sky_core u_core (
    .clk_i,
    .rst_ni,
    .boot_addr_i,
    .instr_valid_o     (instr_valid),
    .instr_ready_i     (1'b1),
    .instr_addr_o      (instr_addr),
    .instr_rdata_i     (instr_rdata),
    .instr_err_i       (instr_err_q),
    .data_valid_o      (data_valid),
    .data_ready_i      (data_ready),
    .data_we_o         (data_we),
    .data_be_o         (data_be),
    .data_addr_o       (data_addr),
    .data_wdata_o      (data_wdata),
    .data_rdata_i      (data_rdata),
    .data_err_i        (data_err),
    .rf_valid_o,
    .rf_write_o,
    .rf_rd_o,
    .rf_wdata_o,
    .rf_read1_o,
    .rf_rs1_o,
    .rf_read2_o,
    .rf_rs2_o,
    .rf_ready_i,
    .rf_rdata1_i,
    .rf_rdata2_i,
    .rf_hint_write_o,
    .rf_hint_rd_o,
    .rf_hint_read1_o,
    .rf_hint_rs1_o,
    .rf_hint_read2_o,
    .rf_hint_rs2_o,
    .rf_switch_o,
    .rf_mode_o,
    .rf_switch_ready_i,
    .rf_mode_i,
    .rf_place_o,
    .rf_place_reg_o,
    .rf_place_pos_o,
    .rf_busy_i,
    .rf_counters_i,
    .rf_machine_check_i,
    .rf_dual_i,
    .irq_external_i    (irq_external_q),
    .irq_software_i    (irq_software),
    .irq_timer_i       (irq_timer),
    .mtime_i           (mtime),
    .rvfi_valid_o,
    .rvfi_order_o,
    .rvfi_insn_o,
    .rvfi_trap_o,
    .rvfi_intr_o,
    .rvfi_rs1_addr_o,
    .rvfi_rs2_addr_o,
    .rvfi_rs1_rdata_o,
    .rvfi_rs2_rdata_o,
    .rvfi_rd_addr_o,
    .rvfi_rd_wdata_o,
    .rvfi_pc_rdata_o,
    .rvfi_pc_wdata_o,
    .rvfi_mem_addr_o,
    .rvfi_mem_rmask_o,
    .rvfi_mem_wmask_o,
    .rvfi_mem_rdata_o,
    .rvfi_mem_wdata_o
  );

  // ---- Who is asked
  logic at_ram, at_save, at_timer, at_console, at_skrm, fault, console_err;
  logic waited_q;  // the load's second cycle
  assign at_ram     = data_addr[31:RamWidth] == RamBase[31:RamWidth];
  assign at_save    = data_addr[31:SaveWidth] == SaveBase[31:SaveWidth];
  assign at_timer   = data_addr[31:16] == TimerBase[31:16];
  assign at_console = data_addr[31:4] == ConsoleBase[31:4];
  assign at_skrm    = SkrmBytes != 0 && data_addr[31:30] == SkrmBase[31:30] && data_addr - SkrmBase < SkrmBytes;
  assign fault      = !(at_ram || at_save || at_timer || at_skrm || (at_console && !console_err));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waited_q <= 1'b0;
    else waited_q <= data_valid && !data_ready && !at_skrm;
  end

  // ---- RAM, save page
  logic [31:0] ram_rdata, save_rdata, unused_instr;
  sky_soc_ram #(
    .Bytes(RamBytes)
  ) u_ram (
    .clk_i,
    .instr_valid_i(instr_valid),
    .instr_word_i (instr_addr[RamWidth-1:2]),
    .instr_rdata_o(instr_rdata),
    .data_valid_i (data_valid && at_ram),
    .data_we_i    (data_we),
    .data_be_i    (data_be),
    .data_word_i  (data_addr[RamWidth-1:2]),
    .data_wdata_i (data_wdata),
    .data_rdata_o (ram_rdata)
  );
  sky_soc_ram #(
    .Bytes(SaveBytes)
  ) u_save (
    .clk_i,
    .instr_valid_i(1'b0),
    .instr_word_i ('0),
    .instr_rdata_o(unused_instr),
    .data_valid_i (data_valid && at_save),
    .data_we_i    (data_we),
    .data_be_i    (data_be),
    .data_word_i  (data_addr[SaveWidth-1:2]),
    .data_wdata_i (data_wdata),
    .data_rdata_o (save_rdata)
  );
  always_ff @(posedge clk_i) begin
    if (instr_valid) instr_err_q <= instr_addr[31:RamWidth] != RamBase[31:RamWidth];
  end

  // ---- Devices
  logic [31:0] timer_rdata, console_rdata;
  logic console_exit, tohost_exit;
  logic [7:0] console_code;
  sky_soc_timer u_timer (
    .clk_i,
    .rst_ni,
    .valid_i       (data_valid && at_timer),
    .we_i          (data_we),
    .be_i          (data_be),
    .addr_i        (data_addr[15:0]),
    .wdata_i       (data_wdata),
    .rdata_o       (timer_rdata),
    .mtime_o       (mtime),
    .irq_timer_o   (irq_timer),
    .irq_software_o(irq_software)
  );
  sky_soc_console u_console (
    .valid_i    (data_valid && at_console),
    .we_i       (data_we),
    .be_i       (data_be),
    .word_i     (data_addr[3:2]),
    .wdata_i    (data_wdata),
    .rdata_o    (console_rdata),
    .err_o      (console_err),
    .print_o,
    .byte_o     (print_byte_o),
    .exit_o     (console_exit),
    .exit_code_o(console_code)
  );
  assign tohost_exit = tohost_valid_i && data_valid && data_we && at_ram && data_be == 4'b1111 &&
                       data_addr == tohost_addr_i && data_wdata != 32'd0;
  assign exit_o      = console_exit || tohost_exit;
  assign exit_code_o = console_exit ? {24'd0, console_code} : {1'b0, data_wdata[31:1]};

  // ---- SK-RM memory
  logic skrm_valid, skrm_ready, skrm_err;
  logic [31:0] skrm_rdata;
  assign skrm_valid = data_valid && at_skrm;
  if (SkrmBytes != 0) begin : g_skrm
    sky_soc_skrm #(
      .Rows(SkrmBytes / 64)
    ) u_skrm (
      .clk_i,
      .rst_ni,
      .valid_i      (skrm_valid),
      .we_i         (data_we),
      .be_i         (data_be),
      .addr_i       (data_addr - SkrmBase),
      .wdata_i      (data_wdata),
      .ready_o      (skrm_ready),
      .rdata_o      (skrm_rdata),
      .err_o        (skrm_err),
      .track_error_o(skrm_track_error_o),
      .stats_o      (skrm_stats_o)
    );
  end else begin : g_no_skrm  // its addresses are access faults and nothing is asked here
    assign skrm_ready         = 1'b1;
    assign skrm_rdata         = '0;
    assign skrm_err           = 1'b1;
    assign skrm_track_error_o = 1'b0;
    for (genvar i = 0; i < sky_skrm_pkg::StatCount; i++) begin : g_stat
      assign skrm_stats_o[i] = '0;
    end
  end

  // ---- The answer
  assign data_ready = at_skrm ? skrm_ready : (fault || data_we || waited_q);
  assign data_err   = at_skrm ? skrm_err : fault;
  always_comb begin
    data_rdata = ram_rdata;
    if (at_save) data_rdata = save_rdata;
    if (at_timer) data_rdata = timer_rdata;
    if (at_console) data_rdata = console_rdata;
    if (at_skrm) data_rdata = skrm_rdata;
  end

  `SKY_ASSERT(EveryAddressIsAtOnePlaceAtMost, $onehot0({at_ram, at_save, at_timer, at_console, at_skrm}))

endmodule
