// Control and status registers, machine mode only: traps, interrupts, counters, and those of the register file.
//
// rdata_o and legal_o follow combinationally from the number and the registers; a write, a trap or a return takes effect
// at the end of its cycle. Which interrupt is taken, if any, follows from the registers and lines of this cycle. rfmode
// and rfplace live in the register file: the pipeline carries their writes out, here they are only known.
//
// A recommendation comes from the match unit or from a HINT. While a window is set, the match unit holds what is inside
// of it only: an instruction outside asks for another window, by the same interrupt.
// Cost: about 800 flip-flops, two comparators of 32 bits, and the match unit.
`include "sky_assert.svh"

module sky_core_csr (
  input  logic         clk_i,
  input  logic         rst_ni,

  // The CSR instruction in X.
  input  logic [11:0]  addr_i,
  input  logic [1:0]   op_i,       // funct3[1:0]: write, set, clear
  input  logic         write_i,    // it would write
  input  logic [31:0]  operand_i,
  input  logic         commit_i,   // it writes, in this cycle
  output logic         legal_o,
  output logic [31:0]  rdata_o,
  output logic [31:0]  wdata_o,
  output logic         is_rfmode_o,
  output logic         is_rfplace_o,

  // Traps, in the cycle of their redirect.
  input  logic         trap_i,
  input  logic         trap_irq_i,
  input  logic [4:0]   trap_cause_i,
  input  logic [31:0]  trap_pc_i,
  input  logic [31:0]  trap_value_i,
  output logic [31:0]  trap_vector_o,
  input  logic         mret_i,
  output logic [31:0]  mepc_o,

  // Interrupts.
  input  logic         irq_external_i,
  input  logic         irq_software_i,
  input  logic         irq_timer_i,
  output logic         irq_o,          // one is pending and enabled
  output logic [4:0]   irq_cause_o,
  output logic         wake_o,         // one is pending that mie names

  // Counters.
  input  logic         retire_i,
  input  logic [63:0]  mtime_i,

  // Register file and recommendations. pc_i is that of the instruction in X; load_match_i says that it is in its first
  // cycle; hint_i that it is a HINT for hint_mode_i.
  input  logic         rf_mode_i,
  input  logic         rf_busy_i,
  input  logic [639:0] rf_counters_i,
  input  logic         valid_i,
  input  logic [31:0]  pc_i,
  input  logic         hint_i,
  input  logic         hint_mode_i,
  input  logic         load_match_i,
  input  logic         rf_dual_i,      // a match is no interrupt
  output logic         match_o,
  output logic         match_want_o
);

  import sky_core_pkg::*;

  logic mie_q, mpie_q;
  logic enable_software_q, enable_timer_q, enable_external_q, enable_local_q;
  logic [31:0] mtvec_q, mscratch_q, mepc_q, mcause_q, mtval_q;
  logic [63:0] mcycle_q, minstret_q;
  logic auto_q, want_q;
  logic [31:0] mask_q, table_q, length_q;
  logic [31:0] low_q, high_q, miss_q;
  logic [3:0] entry_q;

  // ---- Match unit
  logic match, entry_match, hint, outside, entry_mode;
  logic [31:0] match_mask, entry_pc, entry_mask;
  logic local_irq;
  sky_core_match u_match (
    .clk_i,
    .rst_ni,
    .enable_i    (auto_q && valid_i),
    .pc_i,
    .mode_i      (rf_mode_i),
    .match_o     (entry_match),
    .want_o      (match_want_o),
    .mask_o      (match_mask),
    .entry_i     (entry_q),
    .write_pc_i  (commit_i && addr_i == CsrRfentryPc),
    .write_mode_i(commit_i && addr_i == CsrRfentryMode),
    .write_mask_i(commit_i && addr_i == CsrRfentryMask),
    .wdata_i     (wdata_o),
    .entry_pc_o  (entry_pc),
    .entry_mode_o(entry_mode),
    .entry_mask_o(entry_mask)
  );
  // Handlers, in which interrupts are off, lie outside of every window.
  assign outside   = auto_q && valid_i && mie_q && high_q != 32'd0 && (pc_i < low_q || pc_i >= high_q);
  assign hint      = auto_q && valid_i && hint_i && hint_mode_i != rf_mode_i;
  assign match     = (entry_match || hint) && !outside;
  assign match_o   = match;
  assign local_irq = outside || (match && !rf_dual_i);

  // ---- Interrupts
  logic [31:0] mip, mie;
  logic local_taken, external_taken, software_taken, timer_taken;
  always_comb begin
    mip = '0;
    mip[3]  = irq_software_i;
    mip[7]  = irq_timer_i;
    mip[11] = irq_external_i;
    mip[16] = local_irq;
    mie = '0;
    mie[3]  = enable_software_q;
    mie[7]  = enable_timer_q;
    mie[11] = enable_external_q;
    mie[16] = enable_local_q;
  end
  assign software_taken = irq_software_i & enable_software_q;
  assign timer_taken    = irq_timer_i & enable_timer_q;
  assign external_taken = irq_external_i & enable_external_q;
  assign local_taken    = local_irq & enable_local_q;
  assign wake_o         = software_taken | timer_taken | external_taken | local_taken;
  assign irq_o          = wake_o & mie_q;
  always_comb begin
    irq_cause_o = IrqLocal;
    if (external_taken) irq_cause_o = IrqExternal;
    else if (software_taken) irq_cause_o = IrqSoftware;
    else if (timer_taken) irq_cause_o = IrqTimer;
  end

  assign mepc_o        = mepc_q;
  assign trap_vector_o = {mtvec_q[31:2], 2'b00} + ((mtvec_q[0] && trap_irq_i) ? {25'd0, trap_cause_i, 2'b00} : 32'd0);

  // ---- Reading
  logic exists, read_only, is_counter;
  logic [3:0] counter;
  logic [31:0] mstatus, counter_word;
  assign counter    = addr_i[3:0];
  assign is_counter = (addr_i[11:4] == CsrRfcounter[11:4] || addr_i[11:4] == CsrRfcounterh[11:4]) &&
                      counter < 4'(RfCounters);
  assign mstatus    = {19'd0, 2'b11, 3'd0, mpie_q, 3'd0, mie_q, 3'd0};
  always_comb begin
    counter_word = '0;
    for (int unsigned i = 0; i < RfCounters; i++) begin
      if (counter == 4'(i)) counter_word = addr_i[4] ? rf_counters_i[64*i+32 +: 32] : rf_counters_i[64*i +: 32];
    end
  end
  always_comb begin
    exists  = 1'b1;
    rdata_o = '0;
    unique case (addr_i)
      CsrMstatus:     rdata_o = mstatus;
      CsrMisa:        rdata_o = Misa;
      CsrMie:         rdata_o = mie;
      CsrMtvec:       rdata_o = mtvec_q;
      CsrMstatush, CsrMcountinhibit, CsrRfplace, CsrMvendorid, CsrMarchid, CsrMimpid, CsrMhartid: rdata_o = '0;
      CsrMscratch:    rdata_o = mscratch_q;
      CsrMepc:        rdata_o = mepc_q;
      CsrMcause:      rdata_o = mcause_q;
      CsrMtval:       rdata_o = mtval_q;
      CsrMip:         rdata_o = mip;
      CsrRfmode:      rdata_o = {31'd0, rf_mode_i};
      CsrRfctl:       rdata_o = {31'd0, auto_q};
      CsrRfwant:      rdata_o = {31'd0, want_q};
      CsrRfmask:      rdata_o = mask_q;
      CsrRftable:     rdata_o = table_q;
      CsrRflength:    rdata_o = length_q;
      CsrRfentry:     rdata_o = {28'd0, entry_q};
      CsrRfentryPc:   rdata_o = entry_pc;
      CsrRfentryMode: rdata_o = {31'd0, entry_mode};
      CsrRfentryMask: rdata_o = entry_mask;
      CsrRflow:       rdata_o = low_q;
      CsrRfhigh:      rdata_o = high_q;
      CsrRfmiss:      rdata_o = miss_q;
      CsrMcycle, CsrCycle:       rdata_o = mcycle_q[31:0];
      CsrMcycleh, CsrCycleh:     rdata_o = mcycle_q[63:32];
      CsrMinstret, CsrInstret:   rdata_o = minstret_q[31:0];
      CsrMinstreth, CsrInstreth: rdata_o = minstret_q[63:32];
      CsrTime:        rdata_o = mtime_i[31:0];
      CsrTimeh:       rdata_o = mtime_i[63:32];
      CsrRfbusy:      rdata_o = {31'd0, rf_busy_i};
      default: begin
        exists  = is_counter;
        rdata_o = is_counter ? counter_word : '0;
      end
    endcase
  end
  assign read_only    = addr_i[11:10] == 2'b11;
  assign legal_o      = exists && !(read_only && write_i);
  assign is_rfmode_o  = addr_i == CsrRfmode && write_i;
  assign is_rfplace_o = addr_i == CsrRfplace && write_i;
  always_comb begin
    unique case (op_i)
      2'b10:   wdata_o = rdata_o | operand_i;
      2'b11:   wdata_o = rdata_o & ~operand_i;
      default: wdata_o = operand_i;
    endcase
  end

  // ---- Writing
  logic writes_minstret;
  assign writes_minstret = write_i && (addr_i == CsrMinstret || addr_i == CsrMinstreth);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mie_q             <= 1'b0;
      mpie_q            <= 1'b0;
      enable_software_q <= 1'b0;
      enable_timer_q    <= 1'b0;
      enable_external_q <= 1'b0;
      enable_local_q    <= 1'b0;
      mtvec_q           <= '0;
      mscratch_q        <= '0;
      mepc_q            <= '0;
      mcause_q          <= '0;
      mtval_q           <= '0;
      mcycle_q          <= '0;
      minstret_q        <= '0;
      auto_q            <= 1'b0;
      want_q            <= 1'b0;
      mask_q            <= '0;
      table_q           <= '0;
      length_q          <= '0;
      low_q             <= '0;
      high_q            <= '0;
      miss_q            <= '0;
      entry_q           <= '0;
    end else begin
      // What writes minstret does not count itself: the next instruction reads what was written.
      mcycle_q <= mcycle_q + 64'd1;
      if (retire_i && !writes_minstret) minstret_q <= minstret_q + 64'd1;
      if (load_match_i && outside) begin
        want_q <= rf_mode_i;
        mask_q <= miss_q;
      end else if (load_match_i && match) begin
        want_q <= match_want_o;
        mask_q <= entry_match ? match_mask : AllLive;
      end
      if (trap_i) begin
        mepc_q   <= trap_pc_i;
        mcause_q <= {trap_irq_i, 26'd0, trap_cause_i};
        mtval_q  <= trap_value_i;
        mpie_q   <= mie_q;
        mie_q    <= 1'b0;
      end
      if (mret_i) begin
        mie_q  <= mpie_q;
        mpie_q <= 1'b1;
      end
      if (commit_i) begin
        unique case (addr_i)
          CsrMstatus: begin
            mie_q  <= wdata_o[3];
            mpie_q <= wdata_o[7];
          end
          CsrMie: begin
            enable_software_q <= wdata_o[3];
            enable_timer_q    <= wdata_o[7];
            enable_external_q <= wdata_o[11];
            enable_local_q    <= wdata_o[16];
          end
          CsrMtvec:     mtvec_q <= {wdata_o[31:2], 1'b0, wdata_o[0]};
          CsrMscratch:  mscratch_q <= wdata_o;
          CsrMepc:      mepc_q <= {wdata_o[31:1], 1'b0};
          CsrMcause:    mcause_q <= wdata_o;
          CsrMtval:     mtval_q <= wdata_o;
          CsrRfctl:     auto_q <= wdata_o[0];
          CsrRfwant:    want_q <= wdata_o[0];
          CsrRfmask:    mask_q <= wdata_o;
          CsrRftable:   table_q <= wdata_o;
          CsrRflength:  length_q <= wdata_o;
          CsrRflow:     low_q <= wdata_o;
          CsrRfhigh:    high_q <= wdata_o;
          CsrRfmiss:    miss_q <= wdata_o;
          CsrRfentry:   entry_q <= wdata_o[3:0];
          CsrMcycle:    mcycle_q <= {mcycle_q[63:32], wdata_o};
          CsrMcycleh:   mcycle_q <= {wdata_o, mcycle_q[31:0]};
          CsrMinstret:  minstret_q <= {minstret_q[63:32], wdata_o};
          CsrMinstreth: minstret_q <= {wdata_o, minstret_q[31:0]};
          default: ;
        endcase
      end
    end
  end

  `SKY_ASSERT(OnlyWhatExistsIsWritten, commit_i |-> legal_o && write_i)
  `SKY_ASSERT(ATrapIsNoReturn, !(trap_i && mret_i))

endmodule
