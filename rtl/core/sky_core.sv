// The core: RV32IMC_Zicsr_Zifencei, machine mode, in order, three stages. The register file is outside.
//
//   F   sky_core_fetch asks for words and keeps them
//   R   the instruction at their head, whole: expanded, decoded, its registers read
//   X   executes, has one result, writes its register
//
// The register file gets one request when the result of X is known (or X is empty): the write of X and the reads of the
// instruction in R. Its answer retires X and moves R to X. A redirect starts when the result is known and costs two
// cycles in which R is empty, three when the target crosses a word. When what happens: README.md in this folder.
//
// Interrupts, machine checks and recommendations are looked at in the first cycle of an instruction in X; what is taken
// then takes the place of the instruction.
// rvfi_*: what retires in this cycle, the RISC-V formal interface without what one hart in machine mode does not need.
// Not here: a branch predictor, caches, atomics, other modes, physical memory protection, a debug module.
`include "sky_assert.svh"

module sky_core (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  boot_addr_i,  // taken while the reset is held

  // Instructions: the word and its fault in the cycle after the address was taken.
  output logic         instr_valid_o,
  input  logic         instr_ready_i,
  output logic [31:0]  instr_addr_o,
  input  logic [31:0]  instr_rdata_i,
  input  logic         instr_err_i,

  // Data: held until ready, with which rdata and err come. Addresses are those of bytes, data in the lanes of its word.
  output logic         data_valid_o,
  input  logic         data_ready_i,
  output logic         data_we_o,
  output logic [3:0]   data_be_o,
  output logic [31:0]  data_addr_o,
  output logic [31:0]  data_wdata_o,
  input  logic [31:0]  data_rdata_i,
  input  logic         data_err_i,

  // Register file: see sky_regfile.
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
  input  logic         rf_machine_check_i,  // sticky
  input  logic         rf_dual_i,           // recommendations are carried out here, not by an interrupt

  input  logic         irq_external_i,
  input  logic         irq_software_i,
  input  logic         irq_timer_i,
  input  logic [63:0]  mtime_i,

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

  import sky_core_pkg::*;

  logic redirect;
  logic [31:0] redirect_pc;

  // ---- F and R
  logic r_valid, r_compressed, r_fault, r_fault_second, r_illegal, r_pop, next_valid, next_illegal;
  logic [31:0] r_insn, r_pc, r_expanded, next_insn, next_expanded;
  decoded_t r, next;

  sky_core_fetch u_fetch (
    .clk_i,
    .rst_ni,
    .boot_addr_i,
    .redirect_i    (redirect),
    .redirect_pc_i (redirect_pc),
    .instr_valid_o,
    .instr_ready_i,
    .instr_addr_o,
    .instr_rdata_i,
    .instr_err_i,
    .insn_valid_o  (r_valid),
    .insn_o        (r_insn),
    .compressed_o  (r_compressed),
    .fault_o       (r_fault),
    .fault_second_o(r_fault_second),
    .pc_o          (r_pc),
    .next_valid_o  (next_valid),
    .next_o        (next_insn),
    .pop_i         (r_pop)
  );
  sky_core_expand u_expand (
    .insn_i   (r_insn),
    .insn_o   (r_expanded),
    .illegal_o(r_illegal)
  );
  sky_core_decode u_decode (
    .insn_i   (r_expanded),
    .illegal_i(r_illegal || r_fault),
    .decoded_o(r)
  );
  // The instruction behind it, for the hints.
  sky_core_expand u_next_expand (
    .insn_i   (next_insn),
    .insn_o   (next_expanded),
    .illegal_o(next_illegal)
  );
  sky_core_decode u_next_decode (
    .insn_i   (next_expanded),
    .illegal_i(next_illegal),
    .decoded_o(next)
  );

  // ---- X
  logic x_valid_q;
  logic x_first_q;  // nothing of it has been done: interrupts are looked at
  logic x_known_q;  // its result has been known since before this cycle
  logic x_compressed_q, x_fault_q, x_fault_second_q;
  decoded_t x_q;
  logic [31:0] x_pc_q, x_insn_q, x_rs1_q, x_rs2_q, x_result_q;

  logic irq, irq_taken, machine_check, machine_check_taken_q, take, take_irq;
  logic [4:0] irq_cause;
  logic wake, match, match_want;
  logic switching_q;    // the switch that a recommendation asks for has begun
  logic recommended;    // and is under way
  assign machine_check = rf_machine_check_i && !machine_check_taken_q;
  assign irq_taken     = irq && !machine_check;
  assign take          = x_valid_q && x_first_q && !switching_q && (irq || machine_check);
  assign take_irq      = take && irq_taken;
  assign recommended   = x_valid_q && x_first_q && !take && (switching_q || (match && rf_dual_i));

  // execute: the instruction is at work. begins: for the first cycle.
  logic execute, begins;
  assign execute = x_valid_q && !x_known_q && !take && !recommended;
  assign begins  = execute && x_first_q;

  // Arithmetic.
  logic [31:0] alu_first, alu_result;
  logic branch_taken;
  always_comb begin
    unique case (x_q.first)
      FirstPc:   alu_first = x_pc_q;
      FirstZero: alu_first = '0;
      default:   alu_first = x_rs1_q;
    endcase
  end
  sky_core_alu u_alu (
    .op_i    (x_q.alu),
    .first_i (alu_first),
    .second_i(x_q.second_immediate ? x_q.immediate : x_rs2_q),
    .result_o(alu_result),
    .branch_i(x_q.funct3),
    .left_i  (x_rs1_q),
    .right_i (x_rs2_q),
    .taken_o (branch_taken)
  );

  logic muldiv_done;
  logic [31:0] muldiv_result;
  sky_core_muldiv u_muldiv (
    .clk_i,
    .rst_ni,
    .start_i (begins && (x_q.kind == ClassMul || x_q.kind == ClassDiv)),
    .funct3_i(x_q.funct3),
    .left_i  (x_rs1_q),
    .right_i (x_rs2_q),
    .done_o  (muldiv_done),
    .result_o(muldiv_result)
  );

  // Loads and stores.
  logic is_memory, misaligned;
  logic [31:0] data_address, loaded, load_result;
  logic [4:0] lane;
  logic [3:0] size_mask;
  assign is_memory    = x_q.kind == ClassLoad || x_q.kind == ClassStore;
  assign data_address = x_rs1_q + x_q.immediate;
  assign lane         = {data_address[1:0], 3'b000};
  always_comb begin
    unique case (x_q.funct3[1:0])
      2'b00:   size_mask = 4'b0001;
      2'b01:   size_mask = 4'b0011;
      default: size_mask = 4'b1111;
    endcase
  end
  assign misaligned   = (x_q.funct3[1] && data_address[1:0] != 2'b00) || (x_q.funct3[0] && data_address[0]);
  assign data_valid_o = execute && is_memory && !misaligned;
  assign data_we_o    = x_q.kind == ClassStore;
  assign data_be_o    = size_mask << data_address[1:0];
  assign data_addr_o  = data_address;
  assign data_wdata_o = x_rs2_q << lane;
  assign loaded       = data_rdata_i >> lane;
  always_comb begin
    unique case (x_q.funct3)
      3'b000:  load_result = {{24{loaded[7]}}, loaded[7:0]};
      3'b001:  load_result = {{16{loaded[15]}}, loaded[15:0]};
      3'b100:  load_result = {24'd0, loaded[7:0]};
      3'b101:  load_result = {16'd0, loaded[15:0]};
      default: load_result = loaded;
    endcase
  end

  // CSRs. A write of rfmode or rfplace is carried out first (acts), then the instruction is done; what it reads is what
  // stood there in its first cycle.
  logic csr_commit, csr_legal, csr_is_rfmode, csr_is_rfplace, csr_acts, csr_acted_q;
  logic [31:0] csr_rdata, csr_wdata, trap_value, trap_vector, mepc;
  logic [4:0] trap_cause;
  logic trap, exception, mret, retire;
  sky_core_csr u_csr (
    .clk_i,
    .rst_ni,
    .addr_i        (x_q.immediate[11:0]),
    .op_i          (x_q.funct3[1:0]),
    .write_i       (x_q.csr_write),
    .operand_i     (x_q.operand_immediate ? {27'd0, x_insn_q[19:15]} : x_rs1_q),
    .commit_i      (csr_commit),
    .legal_o       (csr_legal),
    .rdata_o       (csr_rdata),
    .wdata_o       (csr_wdata),
    .is_rfmode_o   (csr_is_rfmode),
    .is_rfplace_o  (csr_is_rfplace),
    .trap_i        (trap),
    .trap_irq_i    (take_irq),
    .trap_cause_i  (trap_cause),
    .trap_pc_i     (x_pc_q),
    .trap_value_i  (trap_value),
    .trap_vector_o (trap_vector),
    .mret_i        (mret),
    .mepc_o        (mepc),
    .irq_external_i,
    .irq_software_i,
    .irq_timer_i,
    .irq_o         (irq),
    .irq_cause_o   (irq_cause),
    .wake_o        (wake),
    .retire_i      (retire && !exception),
    .mtime_i,
    .rf_mode_i,
    .rf_busy_i,
    .rf_counters_i,
    .valid_i       (x_valid_q),
    .pc_i          (x_pc_q),
    .hint_i        (x_q.recommends),
    .hint_mode_i   (x_q.immediate[0]),
    .load_match_i  (x_valid_q && x_first_q && !switching_q),
    .rf_dual_i,
    .match_o       (match),
    .match_want_o  (match_want)
  );
  assign csr_acts       = execute && x_q.kind == ClassCsr && csr_legal && !csr_acted_q;
  assign rf_switch_o    = recommended || (csr_acts && csr_is_rfmode);
  // The mode changes only when the switch is over, so what is wanted stays what it is until then.
  assign rf_mode_o      = recommended ? match_want : csr_wdata[0];
  assign rf_place_o     = csr_acts && csr_is_rfplace;
  assign rf_place_reg_o = csr_wdata[4:0];
  assign rf_place_pos_o = csr_wdata[12:8];

  // done: the first cycle in which the result is known. exception: there is none.
  logic done;
  logic [31:0] result;
  always_comb begin
    done       = execute;
    exception  = 1'b0;
    trap_cause = CauseIllegal;
    trap_value = '0;
    result     = alu_result;
    unique case (x_q.kind)
      ClassJal, ClassJalr: result = x_pc_q + (x_compressed_q ? 32'd2 : 32'd4);
      ClassLoad, ClassStore: begin
        result = load_result;
        if (misaligned) begin
          exception  = execute;
          trap_cause = (x_q.kind == ClassLoad) ? CauseLoadMisaligned : CauseStoreMisaligned;
        end else begin
          done       = execute && data_ready_i;
          exception  = done && data_err_i;
          trap_cause = (x_q.kind == ClassLoad) ? CauseLoadFault : CauseStoreFault;
        end
        trap_value = data_address;
      end
      ClassMul, ClassDiv: begin
        done   = execute && muldiv_done;
        result = muldiv_result;
      end
      ClassCsr: begin
        result = csr_acted_q ? x_result_q : csr_rdata;
        if (!csr_legal) begin
          exception  = execute;
          trap_value = x_insn_q;
        end else if (csr_is_rfmode || csr_is_rfplace) begin
          done = execute && csr_acted_q;
        end
      end
      ClassEcall: begin
        exception  = execute;
        trap_cause = CauseEcall;
      end
      ClassEbreak: begin
        exception  = execute;
        trap_cause = CauseBreakpoint;
        trap_value = x_pc_q;
      end
      ClassWfi: done = execute && wake;
      ClassIllegal: begin
        exception  = execute;
        trap_cause = x_fault_q ? CauseFetchFault : CauseIllegal;
        trap_value = x_insn_q;
        if (x_fault_q) trap_value = x_pc_q + (x_fault_second_q ? 32'd2 : 32'd0);
      end
      default: ;
    endcase
    if (take) begin
      trap_cause = machine_check ? CauseMachineCheck : irq_cause;
      trap_value = '0;
    end
  end
  assign trap       = take || exception;
  assign mret       = done && x_q.kind == ClassMret;
  assign csr_commit = done && !exception && x_q.kind == ClassCsr && x_q.csr_write;

  // ---- Where it goes on
  logic jumps;
  logic [31:0] next_pc, jump_base, jump_pc;
  assign jump_base = (x_q.kind == ClassJalr) ? x_rs1_q : x_pc_q;
  assign jump_pc   = jump_base + x_q.immediate;
  always_comb begin
    jumps   = 1'b0;
    next_pc = x_pc_q + (x_compressed_q ? 32'd2 : 32'd4);
    unique case (x_q.kind)
      ClassJal, ClassJalr: begin
        jumps   = 1'b1;
        next_pc = {jump_pc[31:1], 1'b0};
      end
      ClassBranch: begin
        jumps = branch_taken;
        if (branch_taken) next_pc = jump_pc;
      end
      ClassFenceI: jumps = 1'b1;
      ClassMret: begin
        jumps   = 1'b1;
        next_pc = mepc;
      end
      default: ;
    endcase
    if (trap) next_pc = trap_vector;
  end
  assign redirect    = trap || (done && jumps);
  assign redirect_pc = next_pc;

  // ---- The register file's request
  logic [31:0] final_result;
  assign final_result = x_known_q ? x_result_q : result;

  // slot: a request may begin. with_r: the instruction in R is part of it, and moves on with its answer.
  logic slot, busy_q, with_r, with_r_q, next_known, next_known_q, answered, moves;
  assign slot   = !busy_q && (x_valid_q ? (done && !exception) : 1'b1);
  assign with_r = busy_q ? with_r_q : (slot && r_valid && !redirect);

  assign rf_write_o = (busy_q || slot) && x_valid_q && x_q.write;
  assign rf_read1_o = with_r && r.read1;
  assign rf_read2_o = with_r && r.read2;
  assign rf_valid_o = rf_write_o || rf_read1_o || rf_read2_o;
  assign rf_rd_o    = rf_write_o ? x_q.rd : '0;
  assign rf_wdata_o = rf_write_o ? final_result : '0;
  assign rf_rs1_o   = rf_read1_o ? r.rs1 : '0;
  assign rf_rs2_o   = rf_read2_o ? r.rs2 : '0;

  assign answered = rf_valid_o ? rf_ready_i : slot;
  assign moves    = answered && with_r;
  assign retire   = (x_valid_q && answered) || exception;
  assign r_pop    = moves;

  // Hints: with a request what comes after it, without one what it will be. Constant while a request runs.
  logic hint_idle;
  assign next_known = busy_q ? next_known_q : next_valid;
  assign hint_idle  = !rf_valid_o && !redirect;
  always_comb begin
    rf_hint_write_o = 1'b0;
    rf_hint_read1_o = 1'b0;
    rf_hint_read2_o = 1'b0;
    rf_hint_rd_o    = '0;
    rf_hint_rs1_o   = '0;
    rf_hint_rs2_o   = '0;
    if (rf_valid_o) begin
      if (with_r) begin
        rf_hint_write_o = r.write;
        rf_hint_rd_o    = r.write ? r.rd : '0;
        rf_hint_read1_o = next_known && next.read1;
        rf_hint_read2_o = next_known && next.read2;
        rf_hint_rs1_o   = rf_hint_read1_o ? next.rs1 : '0;
        rf_hint_rs2_o   = rf_hint_read2_o ? next.rs2 : '0;
      end
    end else if (hint_idle) begin
      rf_hint_write_o = x_valid_q && x_q.write;
      rf_hint_rd_o    = rf_hint_write_o ? x_q.rd : '0;
      rf_hint_read1_o = r_valid && r.read1;
      rf_hint_read2_o = r_valid && r.read2;
      rf_hint_rs1_o   = rf_hint_read1_o ? r.rs1 : '0;
      rf_hint_rs2_o   = rf_hint_read2_o ? r.rs2 : '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      x_valid_q             <= 1'b0;
      x_first_q             <= 1'b0;
      x_known_q             <= 1'b0;
      busy_q                <= 1'b0;
      with_r_q              <= 1'b0;
      next_known_q          <= 1'b0;
      csr_acted_q           <= 1'b0;
      switching_q           <= 1'b0;
      machine_check_taken_q <= 1'b0;
    end else begin
      busy_q       <= rf_valid_o && !rf_ready_i;
      with_r_q     <= with_r;
      next_known_q <= next_known;
      switching_q  <= recommended && !rf_switch_ready_i;
      if (moves) begin
        x_valid_q   <= 1'b1;
        x_first_q   <= 1'b1;
        x_known_q   <= 1'b0;
        csr_acted_q <= 1'b0;
      end else begin
        if (retire || take) x_valid_q <= 1'b0;
        if (execute) x_first_q <= 1'b0;
        if (done) x_known_q <= 1'b1;
        if ((csr_acts && csr_is_rfmode && rf_switch_ready_i) || rf_place_o) csr_acted_q <= 1'b1;
      end
      if (take && machine_check) machine_check_taken_q <= 1'b1;
      else if (!rf_machine_check_i) machine_check_taken_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (moves) begin
      x_q              <= r;
      x_pc_q           <= r_pc;
      x_insn_q         <= r_fault ? '0 : r_insn;
      x_compressed_q   <= r_compressed;
      x_fault_q        <= r_fault;
      x_fault_second_q <= r_fault_second;
      x_rs1_q          <= rf_read1_o ? rf_rdata1_i : '0;
      x_rs2_q          <= rf_read2_o ? rf_rdata2_i : '0;
    end
    if (begins || done) x_result_q <= result;
  end

  // ---- What retires
  logic handler_q;  // the next one is the first of an interrupt's or a machine check's handler
  logic [63:0] order_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      handler_q <= 1'b0;
      order_q   <= '0;
    end else begin
      if (take) handler_q <= 1'b1;
      else if (retire) handler_q <= 1'b0;
      if (retire) order_q <= order_q + 64'd1;
    end
  end

  logic accessed;
  logic [31:0] size_bits;
  assign accessed         = is_memory && !exception;
  assign size_bits        = {{16{size_mask[3]}}, {8{size_mask[1]}}, 8'hFF};
  assign rvfi_valid_o     = retire;
  assign rvfi_order_o     = order_q;
  assign rvfi_insn_o      = x_insn_q;
  assign rvfi_trap_o      = exception;
  assign rvfi_intr_o      = handler_q;
  assign rvfi_rs1_addr_o  = x_q.rs1;
  assign rvfi_rs2_addr_o  = x_q.rs2;
  assign rvfi_rs1_rdata_o = x_rs1_q;
  assign rvfi_rs2_rdata_o = x_rs2_q;
  assign rvfi_rd_addr_o   = (x_q.write && !exception) ? x_q.rd : '0;
  assign rvfi_rd_wdata_o  = (x_q.write && !exception) ? final_result : '0;
  assign rvfi_pc_rdata_o  = x_pc_q;
  assign rvfi_pc_wdata_o  = next_pc;
  assign rvfi_mem_addr_o  = accessed ? data_address : '0;
  assign rvfi_mem_rmask_o = (accessed && x_q.kind == ClassLoad) ? size_mask : '0;
  assign rvfi_mem_wmask_o = (accessed && x_q.kind == ClassStore) ? size_mask : '0;
  assign rvfi_mem_rdata_o = (rvfi_mem_rmask_o != '0) ? final_result & size_bits : '0;
  assign rvfi_mem_wdata_o = (rvfi_mem_wmask_o != '0) ? x_rs2_q & size_bits : '0;

  `SKY_ASSERT(TheRegisterFilesRequestIsHeldUntilReady, rf_valid_o && !rf_ready_i |=> rf_valid_o)
  `SKY_ASSERT(ItsPayloadIsStableUntilReady, rf_valid_o && !rf_ready_i |=>
              $stable({rf_write_o, rf_rd_o, rf_wdata_o, rf_read1_o, rf_rs1_o, rf_read2_o, rf_rs2_o}))
  `SKY_ASSERT(HintsAreConstantWhileARequestRuns, rf_valid_o && !rf_ready_i |=>
              $stable({rf_hint_write_o, rf_hint_rd_o, rf_hint_read1_o, rf_hint_rs1_o, rf_hint_read2_o, rf_hint_rs2_o}))
  `SKY_ASSERT(NothingWritesOrReadsX0, !(rf_write_o && rf_rd_o == 0) && !(rf_read1_o && rf_rs1_o == 0) &&
              !(rf_read2_o && rf_rs2_o == 0))
  `SKY_ASSERT(TheDataRequestIsHeldUntilReady, data_valid_o && !data_ready_i |=>
              data_valid_o && $stable({data_we_o, data_be_o, data_addr_o, data_wdata_o}))
  `SKY_ASSERT(ASwitchIsHeldUntilReady, rf_switch_o && !rf_switch_ready_i |=> rf_switch_o && $stable(rf_mode_o))
  `SKY_ASSERT(ASwitchIsNoRequest, !(rf_switch_o && rf_valid_o))
  `SKY_ASSERT(RetirementsAreInOrder, rvfi_valid_o |=> rvfi_order_o == $past(rvfi_order_o) + 1)
  `SKY_ASSERT(WhatTrapsWritesNothing, rvfi_trap_o |-> !rf_valid_o && rvfi_rd_addr_o == 0)
  `SKY_ASSERT(ARedirectEmptiesR, redirect |=> !r_valid)
  `SKY_ASSERT(AnInterruptTakesThePlaceOfTheInstruction, take |-> !rvfi_valid_o && !rf_valid_o && !data_valid_o)

endmodule
